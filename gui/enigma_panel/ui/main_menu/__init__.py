"""The menu of the program, the sheet of its keys, the palette of its commands, *About*."""
