"""Tests of the section `reasoning`."""
