"""An opt-out that reaches models: who must leave which model, queued durably, and seen through to the certificate."""
