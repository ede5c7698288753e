"""How the table of notices came to be."""
