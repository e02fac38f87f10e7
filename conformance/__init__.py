"""Test whether an LLM gateway implements ``POST /v1/responses`` correctly."""

__version__ = "0.1.0"
