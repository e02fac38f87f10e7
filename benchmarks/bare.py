"""The loop to compare with: ``python -m benchmarks.bare URL NUMBER``.

The same bodies, one after another, through one ``httpx.Client``, and nothing else:
no check, no journal, nothing in parallel.
"""

import sys
import time
from itertools import cycle, islice

import httpx

from benchmarks.many import USUAL
from conformance.property_based.corpus import load
from conformance.property_based.sampling import sample
from conformance.reference.gateway import KEY, MODEL

HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}


def main() -> None:
    """Print the seconds of processor time that the loop took."""
    url, number = f"{sys.argv[1]}/v1/responses", int(sys.argv[2])
    bodies = [entry.body_for(MODEL) for entry in sample(load(0), USUAL)]
    with httpx.Client(headers=HEADERS, timeout=60) as client:
        client.post(url, content=bodies[0])
        spent = time.process_time()
        for body in islice(cycle(bodies), number):
            client.post(url, content=body)
        print(time.process_time() - spent)


if __name__ == "__main__":
    main()
