"""``conformance faults``: the faults of the embedded gateway."""

from conformance.reference.faults import FAULTS


def list_faults() -> str:
    """List the faults of the embedded gateway, with what they break."""
    return "".join(
        f"{name}: {fault.text}\n    breaks {', '.join(sorted(fault.breaks))}\n"
        for name, fault in sorted(FAULTS.items())
    )
