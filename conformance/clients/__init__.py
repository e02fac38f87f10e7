"""Clients in wide use, made to read answers that are on record.

Each is imported where it is first needed, because it is dear and an extra of ours.
"""
