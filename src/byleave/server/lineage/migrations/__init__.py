"""How the index's tables came to be."""
