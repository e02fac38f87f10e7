"""Tools: declarations, `tool_choice`, function calls and their results."""
