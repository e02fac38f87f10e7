"""The contract's document as a generator of requests and as a judge of answers.

The only package that knows schemathesis; it is imported where it is first needed,
because it is dear.
"""
