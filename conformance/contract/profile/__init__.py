"""What the published models of a profile require."""
