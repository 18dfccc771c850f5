"""Deliberate breaks of the program, each of which must turn named tests red."""
