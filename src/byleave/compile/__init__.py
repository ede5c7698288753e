"""From a pack to one unbound Ibis expression: items and register in, `verdict` and `reason` out.

Only operations that every target engine has: joins on equality and order, unions, grouping, plain window functions.
The session's time zone must be UTC (adapters set it).
"""
