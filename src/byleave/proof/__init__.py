"""Signed values that anybody can check offline: keys, notes, receipts. No database, no network, no clock."""
