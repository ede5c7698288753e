"""Plans of these tests are kept together, and not in the person's own cache."""

from tests.gate.plans import plans_apart

__all__ = ["plans_apart"]
