"""Disk and keychain. Synchronous, knows no Qt."""
