"""Pause, resume, stop and terminate: from the click to the service."""
