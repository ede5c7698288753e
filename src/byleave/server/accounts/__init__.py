"""Who may sign in and who may call: accounts of members and staff, tokens of services, signals of browsers."""
