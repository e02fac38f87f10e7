"""Tests of the section `usage`."""
