"""Faults that break requirements of the section ``items``."""
