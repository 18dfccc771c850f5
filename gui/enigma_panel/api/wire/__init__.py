"""The wire: what is sent (one writer per dialect) and what comes back (one tolerant reader)."""
