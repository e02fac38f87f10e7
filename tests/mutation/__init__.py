"""Mutation testing of the code that decides verdicts; see ``docs/mutation.md``."""
