"""Tests of the section `sdk`."""
