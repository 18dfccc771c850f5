"""The window *Questions*: all that agents asked, and what became of it."""
