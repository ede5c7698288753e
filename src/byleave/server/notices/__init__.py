"""Notices: versioned texts that reach each member before a rule takes effect, with evidence in the ledger."""
