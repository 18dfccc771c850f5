"""The dialog New task."""
