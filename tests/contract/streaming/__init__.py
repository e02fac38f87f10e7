"""Tests of the section `streaming`."""
