"""Request fields that a response repeats."""
