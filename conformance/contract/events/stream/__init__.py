"""The state machine that reads an event stream, and the rules that it checks."""
