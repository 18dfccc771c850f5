"""The process: event loop, signals, log, Qt's own messages."""
