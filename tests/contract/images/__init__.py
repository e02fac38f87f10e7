"""Tests of the section `images`."""
