"""Status: whether responses and output items are finished, and how they ended."""
