"""Requests generated from the OpenAPI document, and checks of responses by it.

The only package that imports schemathesis. Schemathesis is slow to import, so that
happens where it is first used.
"""
