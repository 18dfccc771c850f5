"""Leaving while browsers are open."""
