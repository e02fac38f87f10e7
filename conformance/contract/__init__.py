"""One module for each section of the contract; the only place a check is written."""
