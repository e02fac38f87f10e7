"""Leave the real servers alone unless they are asked for.

The tests of the machinery beside `test_real.py` need no server and always run.
"""

import os

collect_ignore = [] if os.environ.get("CONFORMANCE_REAL") == "1" else ["test_real.py"]
