"""Authentication: which credentials are accepted, and what error responses reveal."""
