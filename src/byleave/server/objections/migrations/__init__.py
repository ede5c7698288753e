"""How the tables of the form came to be."""
