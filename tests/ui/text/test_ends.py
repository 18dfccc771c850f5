"""Words for ends: who ended a task or a session, as far as that is known, and nothing else."""

from typing import Any

from enigma_panel.core.models import Phase, TaskStatus, shown_state
from enigma_panel.ui.text.cells import result_cell
from enigma_panel.ui.text.states import session_state_text
from enigma_panel.ui.text.task import trouble_text
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.rows import check_rows

LATER, BEFORE = NOW + 1_000, NOW - 1_000
STOPPED = {"stop_sent_ms": BEFORE}
AT_CAP = {"code": "AT_CAP", "error": "$0.25", "cost": "0.263"}
CLOSED = {"phase": Phase.CLOSED, "ended_ms": NOW}


def test_why_a_task_stopped() -> None:
    check_rows(
        (
            (STOPPED, {}, "Stopped by you"),
            (STOPPED, CLOSED, "Stopped by you"),
            (STOPPED | {"code": "STOPPED"}, {}, "Stopped by you"),
            (AT_CAP | STOPPED, {}, "Stopped at your cap, $0.263 of $0.25"),
            (AT_CAP, CLOSED, "Stopped at your cap, $0.263 of $0.25"),
            (AT_CAP | {"error": None}, CLOSED, "Stopped at your daily cap"),
            ({}, {}, "Stopped"),
            ({}, CLOSED, "Its browser was closed"),
            ({}, CLOSED | {"phase": Phase.ENDED_BY_YOU}, "You terminated it"),
            (
                {},
                CLOSED | {"phase": Phase.ENDED_BY_YOU, "current_task": 2},
                "Its browser was closed",
            ),
            ({}, CLOSED | {"ended_ms": LATER}, "Stopped"),
            ({}, {"phase": Phase.EXPIRED_ASSUMED, "ended_ms": BEFORE}, "Stopped"),
            (
                {},
                {"phase": Phase.CLOSED_ASSUMED, "ended_ms": BEFORE, "terminate_sent_ms": BEFORE},
                "You terminated it",
            ),
        ),
        _reads,
    )


def test_a_stop_that_nothing_confirms_is_said() -> None:
    task = a_task(status=TaskStatus.WORKING, stop_sent_ms=NOW)
    assert result_cell(task, a_session()).text == "Stop sent, not confirmed"


def _reads(of_task: dict[str, Any], of_session: dict[str, Any], words: str) -> None:
    task = a_task(status=TaskStatus.STOPPED, ended_ms=NOW, **of_task)
    session = a_session(**of_session)
    assert result_cell(task, session).text == words
    trouble = trouble_text(session, task, LATER)
    assert trouble is not None
    assert trouble.what == f"{words}."


UNSENT = {"code": "TERMINATED_BEFORE_TASK", "ended_ms": BEFORE}


def test_who_ended_a_session() -> None:
    failed, stopped = TaskStatus.FAILED, TaskStatus.STOPPED
    check_rows(
        (
            ({"status": stopped}, True, "Ended by you"),
            ({"status": stopped, "ended_ms": BEFORE}, True, "Closed"),
            ({"status": stopped, "ended_ms": BEFORE}, False, "Ended by you"),
            ({"status": TaskStatus.DONE, "ended_ms": BEFORE}, True, "Closed"),
            ({"status": failed}, False, "Ended by you"),
            ({"status": failed}, True, "Closed (task failed)"),
            (STOPPED | {"status": stopped}, True, "Closed"),
            (STOPPED | {"status": stopped}, False, "Ended by you"),
            ({"status": TaskStatus.QUEUED}, True, "Closed"),
            ({"status": stopped, "code": "TAKEN_BACK"}, True, "Closed"),
            (UNSENT | {"status": stopped}, True, "Ended by you"),
            (AT_CAP | {"status": stopped}, False, "Closed"),
            (AT_CAP | {"status": stopped, "ended_ms": BEFORE}, False, "Ended by you"),
            (AT_CAP | {"status": stopped}, True, "Closed"),
            (AT_CAP | {"status": stopped, "error": None}, False, "Ended at daily cap"),
        ),
        _is_called,
    )


def _is_called(of_task: dict[str, Any], closes: bool, word: str) -> None:
    session = a_session(phase=Phase.ENDED_BY_YOU, ended_ms=NOW, close_after=closes)
    task = a_task(**of_task)
    assert session_state_text(shown_state(session, task), task).word == word
