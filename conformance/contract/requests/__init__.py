"""Request fields: which are accepted, and which are rejected."""
