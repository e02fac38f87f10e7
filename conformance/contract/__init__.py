"""One package for each section of the contract: its requirements, checks and probes."""
