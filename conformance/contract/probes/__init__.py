"""Probes that several sections share, and the first probe of each capability."""
