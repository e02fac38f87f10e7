"""Structured output: JSON objects and JSON Schema."""
