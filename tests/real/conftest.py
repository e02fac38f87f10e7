"""Collect ``test_real.py`` only if ``CONFORMANCE_REAL=1``.

The other tests in this directory need no third-party server and always run.
"""

import os

collect_ignore = [] if os.environ.get("CONFORMANCE_REAL") == "1" else ["test_real.py"]
