"""Records of sessions and tasks, and how they reach the ledger."""
