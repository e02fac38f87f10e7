"""Widely used clients, run on recorded responses.

They are optional dependencies and slow to import, so each is imported where it is first
used.
"""
