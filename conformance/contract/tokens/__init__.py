"""Token counts as a function of the prompt."""
