"""A question about a picture."""

from typing import Final

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

RED: Final = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAS0lEQVR42u3PQQkAAAgAsetfWiP4FgYr"
    "sKZeS0BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEDgsqnc8OJg6Ln3"
    "AAAAAElFTkSuQmCC"
)
"""A red square, 64 pixels wide: some models refuse pictures of less than 28."""


@probe(model_responses=1, needs=Capability.IMAGES)
def image_input(context: ProbeContext) -> Steps:
    """A picture inside the request, and a question about its colour."""
    yield context.request(
        [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Which colour is this? One word."},
                    {"type": "input_image", "image_url": RED, "detail": "low"},
                ],
            }
        ],
        max_output_tokens=64,
    )
