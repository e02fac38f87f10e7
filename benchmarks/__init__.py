"""Measure the speed and the memory of the suite: ``python -m benchmarks``."""
