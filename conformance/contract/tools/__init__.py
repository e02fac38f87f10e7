"""Tools: declarations, choices, calls and their results."""
