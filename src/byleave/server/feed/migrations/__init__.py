"""How the tables of the small platform came to be."""
