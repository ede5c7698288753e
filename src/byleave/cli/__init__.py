"""The command line: one file for each noun, imported when its command is called."""
