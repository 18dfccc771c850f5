"""Deterministic simulation: the program's services against the service's model in virtual time."""
