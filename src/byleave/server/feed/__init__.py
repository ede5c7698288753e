"""The demonstration's small platform: a feed, profiles and a composer. A platform puts its own in its place."""
