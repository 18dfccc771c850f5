"""The demo: the simulator as a process."""
