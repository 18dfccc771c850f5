"""The dialogs: modeless, one of each kind, what was typed stays until it is sent."""
