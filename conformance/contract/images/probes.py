"""A request with an image."""

from typing import Final

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

RED_SQUARE: Final = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAS0lEQVR42u3PQQkAAAgAsetfWiP4FgYr"
    "sKZeS0BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEDgsqnc8OJg6Ln3"
    "AAAAAElFTkSuQmCC"
)
"""A data URL of a red PNG with 64 by 64 pixels.

Some models reject images smaller than 28 by 28 pixels.
"""


@probe(model_responses=1, needs=Capability.IMAGES)
def image_input(context: ProbeContext) -> Steps:
    """Send an image in the request, and ask for its color."""
    yield context.request(
        [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Which colour is this? One word."},
                    {"type": "input_image", "image_url": RED_SQUARE, "detail": "low"},
                ],
            }
        ],
        max_output_tokens=64,
    )
