"""Mutation testing of the packages that compute verdicts; see ``docs/mutation.md``."""
