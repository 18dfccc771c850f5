"""The result of a task: its views, and the window that shows it."""
