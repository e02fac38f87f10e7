"""Install, start and test every target.

Collected only with ``CONFORMANCE_REAL=1``. Installing takes minutes, and compiling
llama.cpp about a quarter of an hour. With ``CONFORMANCE_REAL_UPSTREAM=aimock``, the
gateways do not need llama.cpp.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.real.conformance_run import failed_musts, run_conformance
from tests.real.expected_failures import differences, expected_file
from tests.real.launcher import required_targets, run_target, upstream_name
from tests.real.servers import NAMES, find
from tests.real.target import RunningServer


@pytest.fixture(scope="module", params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    """Install and start a target for all its tests."""
    for target in required_targets(request.param):
        target.packages.install()
    with run_target(request.param) as running_server:
        yield running_server


def test_a_plain_request_is_answered(server: RunningServer) -> None:
    """The server implements the API at all."""
    response = httpx.post(
        f"{server.url}/v1/responses",
        json={"model": server.model, "input": "Say hello.", "max_output_tokens": 24},
        headers={"Authorization": f"Bearer {server.key}", **server.headers},
        timeout=120,
        trust_env=False,
    )

    assert response.status_code == httpx.codes.OK, response.text
    assert response.json()["object"] == "response"
    assert response.json()["output"]


def test_exactly_the_expected_musts_fail(server: RunningServer, tmp_path: Path) -> None:
    """Failures listed in ``at_times`` may also pass."""
    code = run_conformance(
        server, report_dir=tmp_path, extra=["--seed", "1", "--quiet"]
    )

    assert code in {0, 1, 3}
    needs_upstream = find(server.name).needs_upstream
    file = expected_file(server.name, upstream_name() if needs_upstream else "llama")
    found = differences(file, failed_musts(tmp_path))
    if found:
        pytest.fail("\n".join(found), pytrace=False)
