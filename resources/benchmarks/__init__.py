"""What the program costs, beside what it cannot cost less: `python resources/benchmark.py`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))  # of the tests: kit, and a bench of services
