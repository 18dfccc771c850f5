"""The operating system around the program: D-Bus, sleep, notifications, one window a folder."""
