"""The server. It is a leaf: nothing below the command line imports it, and a batch job needs none of it."""
