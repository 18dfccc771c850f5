"""Monitoring: polls, and decisions by the clock alone."""
