"""How the tables came to be what they are. A migration that was released never changes."""
