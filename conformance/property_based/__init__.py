"""Requests generated from the OpenAPI document, and checks of responses against it.

Only this package imports schemathesis. Schemathesis is slow to import, so each function
imports what it needs when it is called.
"""
