"""An error that nobody expected: one notice, and a report for who mends it."""

from pathlib import Path

import pytest

from enigma_panel import __version__
from tests.app.program import Driven
from tests.kit.wait import wait_for

pytestmark = pytest.mark.process
KEY = "enig_of_a_person"


def test_an_unexpected_error_is_one_notice_with_a_report_to_copy(tmp_path: Path) -> None:
    program = Driven("http://127.0.0.1:9", tmp_path, KEY)
    for n in range(3):
        program.tell(f"fail the {n}th with {KEY}")

    def said() -> list[str]:
        lines: list[str] = program.tell("notices")
        return [line for line in lines if "Something went wrong" in line]

    wait_for(said)
    assert len(said()) == 1
    program.tell("look")
    assert program.tell("press Copy diagnostics") == "ok"
    report = program.tell("clipboard")
    status, errors = program.quit()
    assert (status, KEY in errors) == (0, False)
    assert f"enigma-panel {__version__}" in report
    assert "service: http://127.0.0.1:9" in report
    assert "task odd failed" in report
    assert "the 2th with [redacted]" in report
    assert KEY not in report
