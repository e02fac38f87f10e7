"""Tests of the section `tools`."""
