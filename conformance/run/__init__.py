"""Send requests to the target and record the exchanges: the only I/O towards it."""
