"""Saved logins: they fill in questions by a click, or answer the first one of a task by choice."""
