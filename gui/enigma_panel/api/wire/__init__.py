"""The wire format: request bodies, and a tolerant reader of answers and events."""
