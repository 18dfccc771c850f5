"""Tasks are deleted with all that belongs to them, and nothing else changes."""

import random
import shutil
from collections import Counter
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.deletion import KeptReason
from enigma_panel.core.models import (
    ASSUMED_PHASES,
    FINAL_PHASES,
    Phase,
    Session,
    Task,
    TaskSpec,
    TaskStatus,
)
from enigma_panel.core.observation import Usage
from enigma_panel.core.statuses import FINAL_STATUSES
from enigma_panel.core.task_filter import NEWEST_FIRST, NO_FILTER, TaskFilter
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.store.ledger import deletion
from enigma_panel.store.ledger.backup import find_copy, make_copy
from enigma_panel.store.ledger.deletion import Deleted
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import IntentKind, Outcome, Step
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.task_reader import TaskReader
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.ledgers import open_ledger
from tests.store.helpers import copy_ledger, kept_session, kept_task, raw

HOUR_MS = 3_600_000
LATER = NOW + 24 * HOUR_MS
HOURS = 12
TOMORROW = NOW + HOURS * HOUR_MS
TASKS, GOING = 300, 200
SEEDS = (5, 6, 7)
"""Each lays its rows so that moved ones leave pieces behind; two in three seeds do."""
ENDS = sorted(FINAL_STATUSES)
COSTS = (None, "0", "0.0214", "1E-12", "NaN", "-1", "0.12345678951", "999999")
STAYS = frozenset(TaskStatus) - FINAL_STATUSES


def opened(path: Path) -> Ledger:
    path.parent.mkdir(exist_ok=True)
    ledger = open_ledger(path)
    ledger.connection.execute("PRAGMA synchronous = OFF")
    return ledger


def ended(
    ledger: Ledger,
    text: str = "a task",
    *,
    session: Session | None = None,
    phase: Phase = Phase.CLOSED,
    status: TaskStatus = TaskStatus.DONE,
    cost: str | None = "0.01",
    hour: int = 0,
    **facts: object,
) -> Task:
    """A task that came to its end, in a session of its own or in that one; all calls settled."""
    at = NOW + hour * HOUR_MS
    usage = Usage(cost=None if cost is None else Decimal(cost))
    task = new_task(
        session_key=session.key if session else 0,
        spec=TaskSpec(text=text),
        status=status,
        service_id="id",
        sent_ms=at,
        ended_ms=at + 1_000,
        usage=usage,
        **facts,
    )
    whose = session or new_session(phase=phase, ended_ms=at + 2_000, service_id=f"opens {text}")
    kind = IntentKind.NEW_TASK if session else IntentKind.START_SESSION
    intent = ledger.open_intent(kind, whose, task, NOW)
    assert intent.task is not None
    ledger.settle(intent.key, Outcome.KNOWN, NOW)
    ledger.save(steps=[Step(task_key=intent.task.key, at_ms=NOW, kind="action", text=text)])
    return intent.task


def delete(ledger: Ledger, keys: list[int], now_ms: int = LATER) -> Deleted:
    """All of them, in as many transactions as it takes."""
    done = ledger.delete(keys, now_ms, TOMORROW)
    while done.left:
        more = ledger.delete(done.left, now_ms, TOMORROW)
        kept, sessions = done.kept | more.kept, done.sessions + more.sessions
        done = replace(more, tasks=done.tasks + more.tasks, sessions=sessions, kept=kept)
    return done


@pytest.mark.parametrize("status", sorted(STAYS))
def test_what_is_in_queue_at_work_or_unconfirmed_stays(ledger: Ledger, status: TaskStatus) -> None:
    task = ended(ledger, status=status)
    own = {TaskStatus.QUEUED: KeptReason.QUEUED, TaskStatus.UNCONFIRMED: KeptReason.UNCONFIRMED}
    assert delete(ledger, [task.key]).kept == {task.key: own.get(status, KeptReason.AT_WORK)}
    assert kept_task(ledger, task.key) == task


def test_what_is_of_a_session_whose_end_is_not_proven_stays(ledger: Ledger) -> None:
    proven = {Phase.CLOSED, Phase.ENDED_BY_YOU, Phase.ENDED_BY_LIMIT, Phase.FAILED, Phase.DROPPED}
    of = {phase: ended(ledger, phase=phase) for phase in Phase}
    done = delete(ledger, [task.key for task in of.values()])
    assert set(done.tasks) == {of[phase].key for phase in proven}
    assert set(done.kept.values()) == {KeptReason.SESSION}


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("expires_ms", [None, NOW + 60_000])
def test_an_assumed_end_counts_a_day_after_the_longest_life(
    ledger: Ledger, phase: Phase, expires_ms: int | None
) -> None:
    session = new_session(phase=phase, ended_ms=NOW, expires_ms=expires_ms)
    task = ended(ledger, session=session)
    long_ago = (expires_ms or NOW) + 25 * HOUR_MS
    with closing(TaskReader(ledger.path)) as reader:
        stays = reader.plan_deletion([task.key], long_ago, TOMORROW)
        goes = reader.plan_deletion([task.key], long_ago + 1, TOMORROW)
    is_proven, is_assumed = phase in FINAL_PHASES, phase in ASSUMED_PHASES
    assert bool(stays.keys) is is_proven
    assert bool(goes.keys) is (is_proven or is_assumed)
    assert bool(delete(ledger, [task.key], long_ago).tasks) is is_proven
    done = delete(ledger, [task.key], long_ago + 1)
    assert bool(done.sessions) is is_assumed
    assert (kept_session(ledger, task.session_key) is None) is (is_proven or is_assumed)


def test_what_a_call_is_open_about_stays_and_so_does_a_call_that_counts(ledger: Ledger) -> None:
    task = ended(ledger)
    assert delete(ledger, [task.key], NOW + 60_000).kept == {task.key: KeptReason.CALL}
    session = existing(kept_session(ledger, task.session_key))
    ledger.open_intent(IntentKind.STATE, session, None, NOW, verb=CommandVerb.TERMINATE)
    assert delete(ledger, [task.key]).kept == {task.key: KeptReason.CALL}
    assert len(ledger.unsettled()) == 1


def test_a_word_that_no_version_wrote_is_a_reason_to_stay(ledger: Ledger) -> None:
    task, other, far, good = (ended(ledger) for _ in range(4))
    with raw(ledger.path) as connection:
        connection.execute("UPDATE tasks SET status = 'odd' WHERE key = ?", (task.key,))
        connection.execute("UPDATE tasks SET sent_ms = 1 << 60 WHERE key = ?", (far.key,))
        connection.execute("UPDATE sessions SET phase = 'odd' WHERE key = ?", (other.session_key,))
    done = delete(ledger, [task.key, other.key, far.key, good.key])
    assert done.tasks == (good.key,)
    assert done.kept.keys() == {task.key, other.key, far.key}


def test_a_session_goes_with_its_last_task(ledger: Ledger) -> None:
    first = ended(ledger, cost="0.1")
    session = kept_session(ledger, first.session_key)
    second = ended(ledger, session=session, cost=None)
    third = ended(ledger, session=session, cost="0.2")
    assert delete(ledger, [first.key, second.key]).sessions == ()
    session = existing(kept_session(ledger, first.session_key))
    assert session.current_task == third.key
    assert delete(ledger, [third.key]).sessions == (session.key,)
    with raw(ledger.path) as connection:
        for table in ("tasks", "sessions", "intents", "steps"):
            assert not connection.execute(f"SELECT * FROM {table}").fetchall(), table
        assert connection.execute("SELECT last FROM numbers").fetchall() == [(1,)]


def test_what_is_written_of_a_deleted_task_afterwards_brings_nothing_back(ledger: Ledger) -> None:
    task, other = ended(ledger), ended(ledger)
    session = existing(kept_session(ledger, task.session_key))
    delete(ledger, [task.key])
    late = Step(task_key=task.key, at_ms=NOW, kind="action", text="late")
    ledger.save(session, replace(task, error="late"), other, steps=[late])
    assert (kept_task(ledger, task.key), kept_session(ledger, session.key)) == (None, None)
    assert ledger.steps(task.key) == []
    assert kept_task(ledger, other.key) == other


@pytest.mark.parametrize("seed", range(2))
def test_keys_never_come_back(ledger_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    ledger = opened(ledger_path)
    made: Counter[int] = Counter()
    sessions: Counter[int] = Counter()
    there: list[int] = []
    for _ in range(9):
        for _ in range(rng.randint(0, 5)):
            cost, hour, status = rng.choice(COSTS), rng.randrange(HOURS), rng.choice(ENDS)
            task = ended(ledger, cost=cost, hour=hour, status=status)
            made[task.key] += 1
            sessions[task.session_key] += 1
            there.append(task.key)
        chosen = there if rng.random() < 0.3 else rng.sample(there, rng.randint(0, len(there)))
        done = delete(ledger, list(chosen))
        assert set(chosen) == {*done.tasks, *done.kept}
        there = [key for key in there if key not in done.tasks]
        if rng.random() < 0.3:
            ledger.close()
            ledger = opened(ledger_path)
    assert set(made.values()) == set(sessions.values()) == {1}
    assert ledger.task_keys() == sorted(there, reverse=True)
    ledger.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_byte_of_what_was_deleted_is_left_in_a_file(ledger_path: Path, seed: int) -> None:
    ledger, reader, folder = opened(ledger_path), TaskReader(ledger_path), ledger_path.parent
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcdefghijklmnop", k=16)) for _ in range(TASKS)]
    tasks = [ended(ledger, f"{word} " + "and more " * rng.randint(1, 60)) for word in words]
    for task in rng.sample(tasks, TASKS):  # rows that grow are moved
        word = words[task.key - 1]
        ledger.save(replace(task, result=f"{word} found " + "here " * rng.choice([1, 20, 900])))
    copy_ledger(ledger, NOW)
    keys = rng.sample(range(1, TASKS + 1), GOING)
    assert len(delete(ledger, keys).tasks) == GOING
    gone = [words[key - 1] for key in keys]
    assert ledger.truncate_wal()
    assert Path(f"{ledger_path}-wal").stat().st_size == 0
    make_copy(ledger_path, LATER)
    copied = (folder / "ledger.copy").read_bytes().lower()
    assert [word for word in gone if word[3:].encode() in copied] == []
    stay = sorted(set(range(1, TASKS + 1)) - set(keys))
    assert ledger.task_keys() == reader.keys(NO_FILTER, NEWEST_FIRST, NOW) == stay[::-1]
    for key in stay[:3]:
        assert reader.keys(TaskFilter(words=words[key - 1]), (), NOW) == [key]
    assert find_copy(ledger_path) is not None
    reader.close()
    ledger.close()
    left = b"".join(file.read_bytes() for file in folder.iterdir()).lower()
    assert [word for word in gone if word[3:].encode() in left] == []
    assert sorted(file.name for file in folder.iterdir()) == ["ledger.copy", "ledger.sqlite3"]


def test_tasks_with_many_steps_go_one_by_one(ledger: Ledger) -> None:
    """20 of them with all that an agent tells kept an intent waiting for 2 s."""
    keys = [ended(ledger).key for _ in range(4)]
    for key, count in zip(keys, (400, 500, 200, 2_000), strict=True):
        ledger.save(steps=[Step(task_key=key, at_ms=NOW, kind="action", text="a step")] * count)
    turns = []
    while keys:
        done = ledger.delete(keys, LATER, TOMORROW)
        turns.append(len(done.tasks))
        keys = list(done.left)
    assert turns == [2, 1, 1]


def test_a_kill_within_a_batch_leaves_all_as_it_was(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, killed = opened(ledger_path), ledger_path.parent.with_name("killed")
    tasks = [ended(ledger, "a task " * 900) for _ in range(30)]
    real = deletion._delete

    def killed_before_the_end(*values: Any) -> None:
        real(*values)
        shutil.copytree(ledger_path.parent, killed)
        raise LedgerError(ledger_path, "killed")

    with monkeypatch.context() as patch:
        patch.setattr(deletion, "_delete", killed_before_the_end)
        with pytest.raises(LedgerError):
            delete(ledger, [task.key for task in tasks])
    for path in (ledger_path, killed / ledger_path.name):
        ledger.close()
        ledger = opened(path)
        assert ledger.tasks(range(1, 31)) == {task.key: task for task in tasks}
        assert ledger.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    ledger.close()


def test_what_a_killed_run_deleted_is_out_of_the_file_at_the_end_of_the_next(
    ledger_path: Path,
) -> None:
    ledger = opened(ledger_path)
    words = [f"quixotically {n} " for n in range(60)]
    tasks = [ended(ledger, word * 40) for word in words]
    delete(ledger, [task.key for task in tasks])
    ledger._db.connection.close()  # killed
    for _ in range(2):
        opened(ledger_path).close()
        left = b"".join(file.read_bytes() for file in ledger_path.parent.iterdir())
        assert b"quixotically" not in left


def test_what_was_deleted_is_overwritten_at_once(ledger: Ledger) -> None:
    task = ended(ledger, "quixotically")
    delete(ledger, [task.key])
    assert ledger.truncate_wal()
    assert b"quixotically" not in ledger.path.read_bytes()


def test_a_reader_of_the_old_state_is_not_waited_for(ledger: Ledger) -> None:
    task = ended(ledger)
    with raw(ledger.path) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT * FROM tasks").fetchone()
        delete(ledger, [task.key])
        assert not ledger.truncate_wal()
    assert ledger.truncate_wal()
