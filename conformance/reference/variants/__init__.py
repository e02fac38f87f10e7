"""Benign variants: unusual but conforming behavior that no check may report.

A variant is a fault that violates no requirement. ``profiles`` are the profiles in
which it conforms.
"""

from conformance.reference.faults import collect_faults
from conformance.reference.variants import errors, http, responses, streams

VARIANTS = collect_faults(responses, http, errors, streams)
