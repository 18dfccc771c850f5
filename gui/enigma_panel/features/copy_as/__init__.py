"""A task as code that does it again: for a script, without this program."""
