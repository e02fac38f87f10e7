"""Usage: token counts, their details and their plausibility."""
