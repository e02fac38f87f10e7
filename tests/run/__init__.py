"""Tests of everything that talks to a target."""
