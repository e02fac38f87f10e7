"""Tests of the section `responses`."""
