"""Enigma Control Panel: a desktop window over AI-driven cloud browsers."""

__version__ = "0.1.0"
