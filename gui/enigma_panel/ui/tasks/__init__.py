"""The table of tasks and the bar of the queue."""
