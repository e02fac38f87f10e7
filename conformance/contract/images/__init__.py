"""Images as input."""
