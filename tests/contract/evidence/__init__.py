"""Tests of what several sections read from an exchange."""
