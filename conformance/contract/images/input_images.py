"""Images: whether a request may contain an image."""

from conformance.contract.evidence.request_outcome import expect_rejection_to_name
from conformance.contract.images import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.requirement import Capability, should
from conformance.model.sources import OPENAI_API

IMAGE = should(
    "images.image-is-accepted-or-clearly-refused",
    "An `input_image` is accepted, or rejected with an error that names images.",
    source=f"{OPENAI_API}, input_image content part",
    needs=Capability.IMAGES,
    cause="the converter flattens content parts to strings and rejects other parts",
    covers=("RV-08",),
)


@check(IMAGE, on=probes.image_input)
def image_is_accepted_or_clearly_rejected(exchange: Exchange) -> Findings:
    """Check that a 4xx response names images or vision.

    Does not check whether the model recognizes the color of the image.
    """
    yield from expect_rejection_to_name(exchange, Capability.IMAGES)
