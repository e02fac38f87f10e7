"""Tests that need a browser: ``tox -e browser``."""
