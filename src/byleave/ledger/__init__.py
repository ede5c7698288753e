"""The ledger's core: entries in one total order, and folding them to what a decision reads. No storage."""
