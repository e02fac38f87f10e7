"""The loop that the suite is compared with: ``python -m benchmarks.plain_loop URL N``.

Sends the same bodies sequentially through one ``httpx.Client``, and does nothing else:
no checks, no journal, no concurrency.
"""

import sys
import time
from itertools import cycle, islice

import httpx

from benchmarks.many_exchanges import DEFAULT_SAMPLE
from conformance.property_based.corpus import load
from conformance.property_based.sampling import sample
from conformance.reference.gateway import KEY, MODEL

HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}


def main() -> None:
    """Print the CPU time of the loop in seconds."""
    url, count = f"{sys.argv[1]}/v1/responses", int(sys.argv[2])
    bodies = [entry.body_for(MODEL) for entry in sample(load(0), DEFAULT_SAMPLE)]
    with httpx.Client(headers=HEADERS, timeout=60) as client:
        client.post(url, content=bodies[0])
        cpu_start = time.process_time()
        for body in islice(cycle(bodies), count):
            client.post(url, content=body)
        print(time.process_time() - cpu_start)


if __name__ == "__main__":
    main()
