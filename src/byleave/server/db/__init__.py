"""The ledger's tables, and the store that writes and reads them. Django makes the tables, the store speaks SQL."""
