"""The operating system around the program: D-Bus, sleep, notices, one window a folder."""
