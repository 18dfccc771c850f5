"""Texts that several screens share."""
