"""Tokens: input counts as a function of the prompt."""
