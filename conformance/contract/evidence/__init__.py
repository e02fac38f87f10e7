"""What several sections read from an exchange."""
