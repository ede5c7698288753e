"""`byleave ledger`: look at a ledger, import, compare, back up and restore. One file for what belongs together."""
