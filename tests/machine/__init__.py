"""The proof that a choice is never missed and never turned back: a machine of rules, a history, and sabotages."""
