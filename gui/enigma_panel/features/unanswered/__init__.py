"""Ending tasks whose question nobody answers: the browser costs money while it waits."""
