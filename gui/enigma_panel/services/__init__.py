"""Behaviour over time: verbs, polling, questions. QtCore only."""
