"""Settings and the API key."""
