"""Tests of the section `structured`."""
