"""The pytest plugin: its options, and one test item for each case."""
