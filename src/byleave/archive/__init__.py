"""What one person can know about their own content on a platform, on their own machine: the guide, and the archive.

The archive's door is `byleave.archive.linkedin`: `read_archive` reads what `byleave.adapters.archives` has opened.
"""
