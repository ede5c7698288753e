"""Pure: models that can forget. What each person gave is kept apart, or as a sum from which it can be taken again."""
