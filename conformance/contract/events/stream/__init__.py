"""The state machine of a stream, and the rules that it checks."""
