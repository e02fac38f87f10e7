"""Images: a picture is taken, or refused in so many words."""

import base64
import struct

import pytest

from conformance.contract.images.probes import RED
from conformance.model.exchange import Exchange
from conformance.model.verdict import Outcome
from tests.contract.run_probe import held, message, response
from tests.contract.sample_errors import came, refusal

CLAUSE = "images.image-is-accepted-or-clearly-refused"


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
