"""The official ``openai`` client and published models, applied to recorded responses.

Their packages are optional dependencies and slow to import, so each function imports
what it needs when it is called.
"""
