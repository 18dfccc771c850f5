"""Notices of the desktop while nobody looks: an agent asks, tasks are done, a cap is near."""
