"""Turn exchanges into verdicts. Pure: no I/O and no clock."""
