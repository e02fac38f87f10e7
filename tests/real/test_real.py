"""Every target is installed, started, asked, and judged.

Only with CONFORMANCE_REAL=1: an installation takes minutes, one of them many.
CONFORMANCE_REAL_UPSTREAM=aimock spares the gateways the build of llama.cpp.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.real.expecting import expected_file, surprises
from tests.real.judging import failed_musts, judge
from tests.real.running import needed, running, upstream_name
from tests.real.servers import NAMES, find
from tests.real.target import Running


@pytest.fixture(scope="module", params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Start a target for all of its tests."""
    for target in needed(request.param):
        target.packages.install()
    with running(request.param) as started:
        yield started


def test_a_plain_request_gets_an_answer(server: Running) -> None:
    """The server speaks the API before its quality is judged."""
    answer = httpx.post(
        f"{server.url}/v1/responses",
        json={"model": server.model, "input": "Say hello.", "max_output_tokens": 24},
        headers={"Authorization": f"Bearer {server.key}", **server.headers},
        timeout=120,
        trust_env=False,
    )

    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json()["object"] == "response"
    assert answer.json()["output"]


def test_the_judge_finds_what_is_known(server: Running, tmp_path: Path) -> None:
    """No MUST fails that was not seen by hand to be broken, and each that was does."""
    code = judge(server, report_dir=tmp_path, extra=["--seed", "1", "--quiet"])

    assert code in {0, 1, 3}
    needs_upstream = find(server.name).needs_upstream
    file = expected_file(server.name, upstream_name() if needs_upstream else "llama")
    told = surprises(file, failed_musts(tmp_path))
    if told:
        pytest.fail("\n".join(told), pytrace=False)
