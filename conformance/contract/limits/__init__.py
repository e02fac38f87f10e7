"""Limits: output caps, truncation and prompts that are too long."""
