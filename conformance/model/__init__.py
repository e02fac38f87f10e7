"""Immutable values that all other packages share: no I/O, no third-party code."""
