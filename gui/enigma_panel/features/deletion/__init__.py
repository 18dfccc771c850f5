"""Deleting ended tasks: those that the person chooses, and those that have become too old."""
