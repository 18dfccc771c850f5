"""Notices of the desktop that an agent asks, or that tasks are done, while nobody looks."""
