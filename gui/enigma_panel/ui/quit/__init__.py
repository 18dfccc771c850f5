"""The dialogs that end sessions or the program."""
