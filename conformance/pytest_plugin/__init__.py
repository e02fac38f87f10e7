"""The pytest plugin: options, items and what they report."""
