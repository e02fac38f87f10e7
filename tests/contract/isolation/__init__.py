"""Tests of the section `isolation`."""
