"""Tests of the section `tokens`."""
