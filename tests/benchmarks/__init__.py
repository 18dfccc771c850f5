"""What the program costs, beside what it cannot cost less: `python -m tests.benchmarks`."""
