"""Tests of generated requests: generation, sampling, checks and minimization."""
