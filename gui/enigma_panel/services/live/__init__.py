"""The live channel: connections, events and what the agents do."""
