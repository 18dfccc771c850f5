"""Polling, and what the clock alone decides."""
