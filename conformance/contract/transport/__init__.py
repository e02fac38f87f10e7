"""HTTP: status lines, headers, bodies and methods."""
