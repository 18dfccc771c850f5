"""The dialog of an agent's question."""
