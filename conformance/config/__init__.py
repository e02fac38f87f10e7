"""The options of a run, and the types that convert and validate their values."""
