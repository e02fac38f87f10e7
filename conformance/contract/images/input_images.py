"""Images: whether a picture may be part of the input."""

from conformance.contract.evidence.request_outcome import expect_rejection_to_name
from conformance.contract.images import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.requirement import Capability, should
from conformance.model.sources import OPENAI_API

TAKEN = should(
    "images.image-is-accepted-or-clearly-refused",
    "A request with an input_image is answered, or refused in words about it.",
    source=f"{OPENAI_API}, input_image content part",
    needs=Capability.IMAGES,
    cause="content parts are flattened to texts, and what is left is refused",
    covers=("RV-08",),
)


@check(TAKEN, on=probes.image_input)
def image_is_accepted_or_clearly_refused(exchange: Exchange) -> Findings:
    """Judge the words of a refusal; what the model sees is its own affair."""
    yield from expect_rejection_to_name(exchange, Capability.IMAGES)
