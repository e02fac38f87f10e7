"""Reasoning items and options."""
