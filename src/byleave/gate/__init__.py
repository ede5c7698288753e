"""The gate: plan, run and publish a snapshot, through ports; and explain one decision."""
