"""The help: pages of docs/ that can be read in the program."""
