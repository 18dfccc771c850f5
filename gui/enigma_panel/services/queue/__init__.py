"""Tasks that wait for their start, and their start."""
