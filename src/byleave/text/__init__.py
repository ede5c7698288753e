"""Plain words: the message catalogue, and how a decision and its grounds are told to people."""
