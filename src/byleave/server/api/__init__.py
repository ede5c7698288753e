"""The HTTP API under `/api/v1`: who calls, what is asked, and calls into the service. No rule stands here."""
