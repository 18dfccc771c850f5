"""Deleting ended tasks that the person chooses."""
