"""Isolation: concurrent requests do not see each other."""
