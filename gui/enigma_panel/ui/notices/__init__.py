"""The notices above the tables."""
