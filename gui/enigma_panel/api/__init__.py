"""The service as it is on the wire. Knows no Qt."""
