"""Tests of the section `transport`."""
