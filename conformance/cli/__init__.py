"""The command line: one module for each command, assembled in ``app``.

A module imports slow packages only inside functions, because ``conformance --help``
imports every command.
"""
