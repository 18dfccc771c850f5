"""The ledger: the only package that knows SQLite."""
