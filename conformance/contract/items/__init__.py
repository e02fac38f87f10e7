"""Items: the output items of a response."""
