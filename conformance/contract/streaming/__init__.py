"""Delivery of a stream: timing, headers, disconnects, and agreement with JSON."""
