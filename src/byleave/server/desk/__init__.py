"""The desk: pages for the staff of a privacy team, over the service and an index of what the ledger says."""
