"""Install third-party servers, start them on loopback and run the suite against them.

``python -m tests.real --help`` lists the commands. ``docs/real-servers.md`` describes
the servers and how to start them by hand.
"""
