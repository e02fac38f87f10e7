"""Tests of the section `events`."""
