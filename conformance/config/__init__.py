"""The options of a run, and their types. Nothing is read or validated twice."""
