"""Error responses: their status codes, their shape, and what they must not reveal."""
