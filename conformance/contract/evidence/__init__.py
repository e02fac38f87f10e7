"""Evidence that several sections take from an exchange."""
