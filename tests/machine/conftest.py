"""Plans of these tests are kept together."""

from tests.gate.plans import plans_apart

__all__ = ["plans_apart"]
