"""What the official Python client reads."""
