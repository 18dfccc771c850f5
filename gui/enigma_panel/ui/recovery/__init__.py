"""What was open when the program started."""
