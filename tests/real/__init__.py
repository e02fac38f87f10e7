"""Third-party servers that the suite is tried against, installed and run on loopback.

``python -m tests.real --help`` says what can be done with them, and
``docs/real-servers.md`` gives the same steps by hand.
"""
