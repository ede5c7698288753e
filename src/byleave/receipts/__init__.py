"""What a receipt says: drawn up from an entry of the ledger and the pack under which it was acknowledged. Pure."""
