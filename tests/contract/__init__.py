"""The catalogue, section by section: what is blamed, and what is not."""
