"""Output caps, truncation and prompts that are too long."""
