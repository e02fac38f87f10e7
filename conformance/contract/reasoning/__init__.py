"""Reasoning: the `reasoning` option and reasoning items."""
