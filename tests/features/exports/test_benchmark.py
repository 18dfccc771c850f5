"""That the benchmark of exports runs."""

import sys
from pathlib import Path

import pytest

from tests.benchmarks.test_benchmarks_run import check_lines


@pytest.mark.process
@pytest.mark.weekly
@pytest.mark.skipif(sys.platform != "linux", reason="memory and processes are read from /proc")
def test_it_prints_its_lines(tmp_path: Path) -> None:
    check_lines("export", ["export.csv", "export.jsonl", "export.gap_p99"], tmp_path)
