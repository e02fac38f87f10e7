"""Output formats: JSON objects and JSON Schema."""
