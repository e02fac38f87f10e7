"""Tests of the published models and the official client."""
