"""Tests of the section `limits`."""
