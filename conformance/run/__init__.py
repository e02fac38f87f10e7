"""Everything that talks to a target: the only I/O towards it."""
