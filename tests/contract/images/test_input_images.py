"""Images: a picture is taken, or refused in so many words."""

import base64
import struct

import pytest

from conformance.core.exchange import Exchange
from conformance.core.verdict import Outcome
from conformance.spec.probes.images import RED
from tests.spec.conversations import held, message, response
from tests.spec.refusals import came, refusal

CLAUSE = "images.picture-is-taken-or-refused-by-name"


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (came(response(message("Red."))), Outcome.PASSED),
        (refusal("This model has no vision."), Outcome.PASSED),
        (refusal("Bad request."), Outcome.FAILED),
        (refusal("Bad gateway.", 502), Outcome.INCONCLUSIVE),
    ],
)
def test_a_refusal_speaks_of_the_picture(told: Exchange, outcome: Outcome) -> None:
    """Whatever colour the model sees."""
    assert held(CLAUSE, told) is outcome


def test_the_picture_is_a_png_that_no_model_finds_too_small() -> None:
    """Its size stands in its header."""
    raw = base64.b64decode(RED.partition(",")[2], validate=True)

    assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", raw[16:24]) == (64, 64)
