"""The demo service as a child process, and the tour through the window."""
