"""The program under a long, full load: `python -m tests.soak --minutes 10 --sessions 50`."""
