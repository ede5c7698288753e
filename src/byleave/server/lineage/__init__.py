"""The index of who is in which snapshot, and what is recorded of snapshots and models."""
