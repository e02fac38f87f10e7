"""Server-sent events: framing, order, items, text and snapshots of a stream."""
