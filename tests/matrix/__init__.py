"""Every fault on every call: what is sent, what becomes of it, what is said.

`python -m tests.matrix` prints the table.
"""
