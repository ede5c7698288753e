"""A fictional platform to try byleave on, and the story that it tells. Nobody and nothing in it is real."""

from byleave.demo.platform import DemoPlatform, write_demo

__all__ = ["DemoPlatform", "write_demo"]
