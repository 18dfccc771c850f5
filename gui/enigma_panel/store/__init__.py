"""What is stored: ledger, settings, key, folders. Synchronous, knows no Qt."""
