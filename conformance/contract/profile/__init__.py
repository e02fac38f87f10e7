"""What the published models of a profile require of responses and events."""
