"""Delivery of a stream: when it arrives, how it ends, and that it equals the JSON."""
