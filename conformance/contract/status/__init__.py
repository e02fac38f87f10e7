"""The status of a response and of its items."""
