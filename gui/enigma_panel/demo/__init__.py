"""The demo: the simulator as a process, and the tour through the window."""
