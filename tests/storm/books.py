"""The books: what the simulator knows was opened, taken and answered, and what the ledger says."""

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from enigma_panel.core.models import FINAL_PHASES, Task, TaskStatus
from enigma_panel.core.secrets.redaction import MARK
from enigma_panel.simulator.http_server import digest
from enigma_panel.store.ledger.ledger import Ledger
from tests.storm.hand import Typed

STARTS = "'start_session', 'run_task'"
FREE = ("poll", "health", "models")
"""Calls that change nothing."""


@dataclass
class Books:
    """What all kills of a run together came to."""

    kills: int = 0
    opened: set[str] = field(default_factory=set)
    starts: int = 0
    intents: int = 0
    unknown: int = 0
    sends: int = 0
    answers: int = 0
    results: int = 0


def state_of(url: str) -> dict[str, Any]:
    return dict(httpx.get(f"{url}/_sim/state", trust_env=False, verify=False, timeout=20).json())


def answers_taken(state: dict[str, Any]) -> int:
    """How many answers have settled a question."""
    return int(state["applied"].get("answers-taken", 0))


@contextmanager
def copy_of(folder: Path) -> Iterator[Path]:
    """The ledger as a kill left it; the program itself shall find it so, unrepaired."""
    with tempfile.TemporaryDirectory() as name:
        for file in (folder / "data").glob("ledger.sqlite3*"):
            if not file.name.endswith("-shm"):
                shutil.copyfile(file, Path(name, file.name))
        yield Path(name, "ledger.sqlite3")


def compare(folder: Path, state: dict[str, Any], typed: Typed, books: Books) -> None:
    """AssertionError where something was lost or doubled, or is said to be what it is not."""
    with copy_of(folder) as path:
        _compare_rows(path, state, books)
        ledger, problem = Ledger.open(path)
        with ledger:
            assert problem is None
            tasks = list(ledger.tasks(ledger.task_keys()).values())
            sessions = ledger.sessions({task.session_key for task in tasks})
            ledger.unsettled()
            assert ledger.bad_rows == ()
    active = {one["sessionId"] for one in state["sessions"] if one["state"] == "active"}
    for session in sessions.values():
        ended = session.phase in FINAL_PHASES
        assert not (ended and session.service_id in active), f"{session.name} works, shown ended"
    _compare_tasks(tasks, state, books)
    _compare_typed(tasks, state, typed)


def _compare_rows(path: Path, state: dict[str, Any], books: Books) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute
        known = {row[0] for row in rows("SELECT service_id FROM sessions").fetchall()}
        unsure = rows(
            f"SELECT count(*) FROM intents JOIN sessions ON sessions.key = session_key"
            f" WHERE kind IN ({STARTS}) AND service_id IS NULL"
            f" AND (outcome IS NULL OR outcome = 'unknown')"
        ).fetchone()[0]
        made = dict(rows("SELECT kind, count(*) FROM intents GROUP BY kind").fetchall())
        refused = "SELECT kind, count(*) FROM intents WHERE outcome = 'refused' GROUP BY kind"
        refusals = dict(rows(refused).fetchall())
    books.opened |= {session["sessionId"] for session in state["sessions"]}
    lost = books.opened - known
    assert len(lost) <= unsure, f"{len(lost)} sessions are unknown, {unsure} starts uncertain"
    calls = ("start-session", "start_session"), ("newTask", "new_task"), ("run-task", "run_task")
    for name, kind in calls:
        intents = made.get(kind, 0)
        assert state["arrived"].get(name, 0) <= intents, f"{name} was sent more than once"
        may_be = intents - refusals.get(kind, 0)
        assert state["applied"].get(name, 0) <= may_be, f"{name} took effect too often"
    sent = Counter(state["arrived"]) + Counter(state["live"]["received"])
    answers = sum(n for name, n in sent.items() if name.startswith("guardrail:"))
    assert answers <= made.get("answer", 0), "an answer was sent more than once"
    books.starts = sum(state["applied"].get(name, 0) for name in ("start-session", "run-task"))
    books.intents = sum(made.get(kind, 0) for kind in ("start_session", "run_task"))
    books.unknown = unsure
    books.sends = sum(n for name, n in sent.items() if name not in FREE)
    books.answers = answers_taken(state)


def _compare_tasks(tasks: list[Task], state: dict[str, Any], books: Books) -> None:
    """Each text is typed once, so two tasks with the same one are one that was doubled."""
    real = {task["taskId"]: task for session in state["sessions"] for task in session["tasks"]}
    taken = Counter(task["asked"] for task in real.values())
    assert set(taken.values()) <= {1}, "a task was taken twice"
    done = [task for task in tasks if task.status is TaskStatus.DONE and task.service_id in real]
    for task in done:
        told = real[task.service_id or ""]
        assert digest(task.spec.text) == told["asked"], f"task {task.key} has another one's name"
        result = task.result or ""
        if MARK not in result:
            assert digest(result) == told["told"], f"task {task.key} has another one's result"
    books.results = len(done)


def _compare_typed(tasks: list[Task], state: dict[str, Any], typed: Typed) -> None:
    """What was typed is there, once; what was answered went to the task that it was typed for."""
    texts = Counter(task.spec.text for task in tasks)
    lost = [text for text in typed.tasks if text not in texts]
    assert lost == [], "the ledger does not know what was started"
    assert set(texts.values()) <= {1}, "a task stands in the ledger twice"
    of_task = {digest(text): set(map(digest, answers)) for text, answers in typed.answers.items()}
    for came in set().union(*of_task.values()):  # those of Stop are all the same
        assert state["answers"].get(came, 0) <= 1, "an answer came twice"
    for task in (task for session in state["sessions"] for task in session["tasks"]):
        strange = set(task["answers"]) - of_task.get(task["asked"], set())
        assert not strange, f"task {task['taskId']} took an answer that was not given to it"
