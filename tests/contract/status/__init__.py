"""Tests of the section `status`."""
