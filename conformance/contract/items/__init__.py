"""Output items of a response."""
