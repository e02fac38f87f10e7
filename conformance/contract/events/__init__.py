"""Server-sent events: framing, items, texts, snapshots and completion of a stream."""
