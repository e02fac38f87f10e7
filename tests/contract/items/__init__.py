"""Tests of the section `items`."""
