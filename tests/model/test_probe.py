"""Probes: name and summary, and the exchanges of all turns."""

from conformance.contract.probes import basic
from conformance.model.exchange import Exchange
from conformance.model.probe import ProbeContext, Steps, flatten, probe
from conformance.model.request import Request


@probe(model_responses=2)
def two_requests(context: ProbeContext) -> Steps:
    """Two plain requests.

    They are sent one after the other.
    """
    yield context.request("first")
    yield context.request("second")


def test_text_is_the_first_line_of_the_docstring() -> None:
    """It describes the probe in the plan and in ``conformance explain``."""
    assert two_requests.text == "Two plain requests."
    assert basic.text.text


def test_name_and_token_limit_have_defaults() -> None:
    """The name is that of the function, and each response may have 64 tokens."""
    assert two_requests.name == "two-requests"
    assert two_requests.max_output_tokens == 128


def test_exchanges_of_concurrent_requests_are_flattened() -> None:
    """In the order of the turns."""
    first, second, third = (Exchange(Request(b""), id=f"x-{n}") for n in range(3))

    assert flatten((first, (second, third))) == [first, second, third]
