"""Words and values that every layer shares: decisions, instants, errors, canonical JSON, digests."""
