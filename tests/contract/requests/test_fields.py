"""Requests: fields that are accepted."""

import pytest

from conformance.contract.requests import probes
from conformance.model.verdict import Outcome
from tests.contract.requests.sample_exchanges import (
    ACCEPTED,
    REJECTED,
    RESPONSE,
    exchange,
    verdict_of,
)


def test_finding_names_the_rejected_null() -> None:
    """Of eight fields that are null, only the rejected one is reported."""
    separate = [ACCEPTED] * 8
    separate[2] = REJECTED

    verdict = verdict_of("null-means-absent", REJECTED, tuple(separate))

    assert verdict.outcome is Outcome.FAILED
    assert [f.expected for f in verdict.findings] == [
        "a response (temperature is null)"
    ]


def test_model_without_sampling_parameters_is_inconclusive() -> None:
    """An error that says "unsupported" is about the model, not about integers."""
    error = {"error": {"message": "Unsupported parameter: 'temperature'."}}
    unsupported = exchange(400, error)
    separate = tuple(
        unsupported if case.names == ("temperature",) else ACCEPTED
        for case in probes.OPTIONAL_FIELDS
    )

    verdict = verdict_of(
        "integer-sampling-parameter-is-accepted", unsupported, separate
    )

    assert verdict.outcome is Outcome.INCONCLUSIVE


class TestMaxTokens:
    """``max_tokens``, the Chat Completions name of ``max_output_tokens``."""

    SLUG = "max-tokens-is-refused-or-honored"

    @pytest.mark.parametrize(
        ("status", "text", "outcome"),
        [
            ("incomplete", "1 2 3 4", Outcome.PASSED),
            ("completed", "1 2 3 4", Outcome.INCONCLUSIVE),
            ("incomplete", "1 2 3 4 " * 16, Outcome.PASSED),
            ("completed", "1 2 3 4 " * 16 + "5", Outcome.FAILED),
            ("incomplete", "1 2 3 4 " * 16 + "5", Outcome.FAILED),
        ],
    )
    def test_length_of_the_output_decides(
        self, status: str, text: str, outcome: Outcome
    ) -> None:
        """129 characters fail; fewer pass only if the output was truncated."""
        part = {"type": "output_text", "text": text}
        message = {"type": "message", "content": [part]}
        response = {**RESPONSE, "status": status, "output": [message]}

        assert verdict_of(self.SLUG, exchange(200, response)).outcome is outcome

    def test_rejected_max_tokens_passes(self) -> None:
        """A server need not support the field."""
        assert verdict_of(self.SLUG, REJECTED).outcome is Outcome.PASSED

    def test_response_without_output_is_inconclusive(self) -> None:
        """Requirements of other sections report the missing output."""
        bare = exchange(200, {"id": "resp_1", "status": "completed"})

        assert verdict_of(self.SLUG, bare).outcome is Outcome.INCONCLUSIVE
