"""The files of a result, which the person's web browser opens."""
