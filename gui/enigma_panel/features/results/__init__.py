"""The result of a task in other forms: in Details, and in a window of its own."""
