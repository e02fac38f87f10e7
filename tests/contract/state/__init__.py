"""Tests of the section `state`."""
