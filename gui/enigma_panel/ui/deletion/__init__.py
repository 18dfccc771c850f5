"""Deleting tasks."""
