"""The tags that templates load with `{% load ui %}`."""
