"""Benign variants: what a conforming server may do, and no check may blame.

The mechanism is that of the faults; a variant is a fault that breaks nothing. Its
``profiles`` are those under which it is legal.
"""

from conformance.reference.faults import collected
from conformance.reference.variants import errors, http, responses, streams

VARIANTS = collected(responses, http, errors, streams)
