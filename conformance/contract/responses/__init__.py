"""Responses: the response object with its id, type, creation time, model and output."""
