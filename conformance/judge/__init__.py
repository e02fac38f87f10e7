"""From exchanges to verdicts. Pure: no I/O and no clock."""
