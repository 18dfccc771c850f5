"""The icon in the desktop's tray: what the program does, and the way to it."""
