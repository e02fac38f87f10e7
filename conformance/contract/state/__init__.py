"""Stored responses and conversations that continue."""
