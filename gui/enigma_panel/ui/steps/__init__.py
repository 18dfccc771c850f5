"""The steps of an agent."""
