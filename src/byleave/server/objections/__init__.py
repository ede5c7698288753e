"""The Data Processing Objection Form: for everybody, with or without an account, and the pages of their cases."""
