"""Images: an image is accepted, or rejected with an error that names images."""

import base64
import struct

import pytest

from conformance.contract.images.probes import RED_SQUARE
from conformance.model.exchange import Exchange
from conformance.model.verdict import Outcome
from tests.contract.run_probe import message, outcome_on_turns, response
from tests.contract.sample_errors import error_response, make_exchange

REQUIREMENT = "images.image-is-accepted-or-clearly-refused"


@pytest.mark.parametrize(
    ("exchange", "outcome"),
    [
        (make_exchange(response(message("Red."))), Outcome.PASSED),
        (error_response("This model has no vision."), Outcome.PASSED),
        (error_response("Bad request."), Outcome.FAILED),
        (error_response("Bad gateway.", 502), Outcome.INCONCLUSIVE),
    ],
)
def test_rejection_passes_if_it_names_images(
    exchange: Exchange, outcome: Outcome
) -> None:
    """Any output passes; an error without a reason fails."""
    assert outcome_on_turns(REQUIREMENT, exchange) is outcome


def test_image_is_a_png_of_64_by_64_pixels() -> None:
    """Some models reject smaller images."""
    png = base64.b64decode(RED_SQUARE.partition(",")[2], validate=True)

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (64, 64)
