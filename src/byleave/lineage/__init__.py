"""Pure: which snapshots and models came from which, and who is in them."""
