"""The response object: its id, type, times, model and output."""
