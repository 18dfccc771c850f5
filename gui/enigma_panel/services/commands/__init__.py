"""Commands to sessions: from the click to the service."""
