"""How fast the suite is, beside what it could be at best: ``python -m benchmarks``."""
