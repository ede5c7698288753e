"""What one person can know about their own content on a platform, on their own machine: the guide, and the archive."""
