"""The result of a task in other forms: in Details, in a window of its own, for a colleague."""
