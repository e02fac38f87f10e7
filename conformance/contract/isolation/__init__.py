"""Isolation: concurrent requests do not affect each other."""
