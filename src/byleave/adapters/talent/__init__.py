"""Talent search on SQLite with FTS5: what was learned of eligible members, and the index of those who can be found."""
