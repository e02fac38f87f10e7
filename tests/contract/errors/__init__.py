"""Tests of the section `errors`."""
