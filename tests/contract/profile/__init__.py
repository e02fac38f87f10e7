"""Tests of the section `profile`."""
