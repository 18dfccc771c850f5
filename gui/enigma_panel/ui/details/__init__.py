"""The panel beside the tables: one session or task in full."""
