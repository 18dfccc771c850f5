"""The service's interface: HTTP client, live channel, and what goes over the wire. Knows no Qt."""
