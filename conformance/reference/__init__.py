"""The embedded gateway: a small, complete, correct `POST /v1/responses`.

It answers with a scripted model, and can be told to break one clause at a time.
It imports nothing from the rest of the house, so that the judge and its witness
cannot share a mistake.
"""
