"""Exporting tasks into a file."""
