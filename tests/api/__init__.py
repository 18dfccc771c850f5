"""The client against a real server on this machine, and its parts."""
