"""Every documented body as a file, and what it must become."""
