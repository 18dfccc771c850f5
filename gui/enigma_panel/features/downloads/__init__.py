"""The files of a result, fetched into a folder of the person's choice."""
