"""The embedded gateway: a small, complete and correct `POST /v1/responses`.

A scripted model generates its output. Faults make it violate chosen requirements.
The package imports nothing from the rest of `conformance`, so a bug in a check
cannot be hidden by the same bug in the gateway.
"""
