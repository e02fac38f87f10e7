"""Run the ``conformance`` command as ``python -m conformance``."""

from conformance.cli.app import main

main()
