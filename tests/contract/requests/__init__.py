"""Tests of the section `requests`."""
