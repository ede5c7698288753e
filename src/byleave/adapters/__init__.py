"""Every engine and file format: the only place that opens a file or a connection."""
