"""Policy as code: packs, their loader and checks, and `semantics`, the definition of a decision."""
