"""A ledger and settings that an earlier program wrote are read, and written alike, by this one.

The files in `written_before` are never made anew; the names of tables, columns, keys and words in
them are compared as they stand there. Where a record's field gets another name here, only the
functions `_session_row`, `_task_row`, `_step_row` and `_intent_row` change.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import (
    AT_CAP,
    OTHER_DIALECT,
    OWN_CODES,
    STEP_KINDS,
    Kind,
)
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.state.timeline import GAP, NO_LIVE
from enigma_panel.store import settings
from enigma_panel.store.ledger.backup import use_copy
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome, Step
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.ledgers import put
from tests.store.helpers import copy_ledger, start

WRITTEN = Path(__file__).parent / "written_before"
LISTING: dict[str, Any] = json.loads((WRITTEN / "ledger.json").read_text(encoding="utf-8"))
TABLES: dict[str, list[dict[str, Any]]] = LISTING["tables"]
MOST = 10_000
END_MS = 1_750_000_060_000
"""A moment after the last of what is listed."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A copy of the ledger that was written before."""
    folder = tmp_path / "room"
    folder.mkdir()
    return Path(shutil.copy(WRITTEN / "ledger.sqlite3", folder))


@pytest.fixture
def before(path: Path) -> Iterator[Ledger]:
    """The copy, opened by the present code."""
    ledger, problem = Ledger.open(path)
    assert problem is None
    with ledger:
        yield ledger
        assert ledger.bad_rows == ()


def _session_row(session: Session) -> dict[str, Any]:
    return {
        "key": session.key,
        "base_url": session.base_url,
        "key_print": session.key_fingerprint,
        "site": session.site,
        "number": session.number,
        "label": session.label,
        "phase": session.phase,
        "since_ms": session.since_ms,
        "created_ms": session.created_ms,
        "opened_ms": session.opened_ms,
        "ended_ms": session.ended_ms,
        "expires_ms": session.expires_ms,
        "service_id": session.service_id,
        "socket_url": session.socket_url,
        "web_view_url": session.web_view_url,
        "webrtc_url": session.webrtc_url,
        "close_after": int(session.close_after),
        "current_task": session.current_task,
        "terminate_sent_ms": session.terminate_sent_ms,
        "lost_until_ms": session.lost_until_ms,
    }


def _task_row(task: Task) -> dict[str, Any]:
    """Without `cost_nano`, which is only written."""
    limits, usage = task.spec.limits, task.usage
    return {
        "key": task.key,
        "session_key": task.session_key,
        "verb": task.verb,
        "text": task.spec.text,
        "starting_url": task.spec.starting_url,
        "max_duration_ms": limits.max_duration_ms,
        "max_input_tokens": limits.max_input_tokens,
        "max_output_tokens": limits.max_output_tokens,
        "avoid_domains": json.dumps(limits.avoid_domains, ensure_ascii=False),
        "close_after": int(task.spec.close_after),
        "service_id": task.service_id,
        "status": task.status,
        "since_ms": task.since_ms,
        "created_ms": task.created_ms,
        "sent_ms": task.sent_ms,
        "ended_ms": task.ended_ms,
        "result": task.result,
        "error": task.error,
        "code": task.code,
        "cost": None if usage.cost is None else str(usage.cost),
        "tokens_in": usage.tokens_in,
        "tokens_out": usage.tokens_out,
        "compute_s": None if usage.compute_s is None else str(usage.compute_s),
        "question": task.question,
        "question_n": task.question_n,
        "asked_ms": task.asked_ms,
        "answered_ms": task.answered_ms,
        "stop_sent_ms": task.stop_sent_ms,
        "pause_confirmed": int(task.pause_confirmed),
        "is_new": int(task.is_new),
        "place": task.queue_position,
    }


UNREAD = {"unproven", "answer_emitted"}
"""Columns of tasks that no version needs any more."""


def _without(rows: list[dict[str, Any]], columns: set[str]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k not in columns} for row in rows]


def _step_row(step: Step) -> dict[str, Any]:
    return {
        "key": step.key,
        "task_key": step.task_key,
        "at_ms": step.at_ms,
        "kind": step.kind,
        "text": step.text,
    }


def _intent_row(intent: Intent) -> dict[str, Any]:
    return {
        "key": intent.key,
        "kind": intent.kind,
        "session_key": intent.session.key,
        "task_key": intent.task.key if intent.task else None,
        "verb": intent.verb,
        "question_n": intent.question_n,
        "made_ms": intent.made_ms,
        "outcome": None,
        "settled_ms": None,
    }


def _stored(path: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of the listed tables, with the listed columns, as SQLite itself gives them."""
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        for table, rows in TABLES.items():
            sql = f"SELECT {', '.join(rows[0])} FROM {table} ORDER BY 1"
            found[table] = [dict(row) for row in connection.execute(sql)]
    return found


def _words(table: str, column: str) -> set[str]:
    return {row[column] for row in TABLES[table] if row[column] is not None}


def _all_sessions(ledger: Ledger) -> list[Session]:
    return [session for _, session in sorted(ledger.sessions(range(MOST)).items())]


def _all_tasks(ledger: Ledger) -> list[Task]:
    return [task for _, task in sorted(ledger.tasks(range(MOST)).items())]


# -- the files themselves --------------------------------------------------------------------------


def test_the_file_holds_what_is_listed(path: Path) -> None:
    assert _stored(path) == TABLES
    with closing(sqlite3.connect(path)) as connection:
        for name in ("application_id", "user_version"):
            assert connection.execute(f"PRAGMA {name}").fetchone() == (LISTING[name],)


def test_the_listing_knows_every_word_that_is_stored() -> None:
    """Else a word could change and nothing here would tell."""
    assert _words("sessions", "phase") == set(Phase)
    assert _words("tasks", "status") == set(TaskStatus)
    assert _words("intents", "kind") == set(IntentKind)
    assert _words("intents", "outcome") == set(Outcome)
    assert _words("intents", "verb") == set(CommandVerb) | set(AnswerVerb)
    # Texts among those of the service: the program before shows them as such.
    later = {"LEDGER_FAILED", "NOT_CONNECTED", AT_CAP} | OTHER_DIALECT
    assert _words("tasks", "code") >= OWN_CODES - later
    # No line of a time line is made of these.
    untold = {"active", "queued", "delivered", "session_doubted"}
    newer = {"brought_back", "answer_unconfirmed"}  # than the file
    own, older = {"live_gap", "no_live"}, {"told_expired", "live_skipped", "unclear", "works_on"}
    emitted = {"pause", "resume", "stop", "terminate", "answer", "answer_stop"}
    older |= {f"{what}_emitted" for what in emitted} | {"answer_doubted"}
    assert {GAP, NO_LIVE} == own
    assert _words("steps", "kind") == (set(Kind) - untold - newer) | own | older
    assert set(STEP_KINDS) == {"agent", "action", "response_update"}


def test_every_column_is_listed_with_values_that_differ() -> None:
    for table, rows in TABLES.items():
        for column in rows[0]:
            assert len({row[column] for row in rows}) > 1, f"{table}.{column}"


# -- reading -------------------------------------------------------------------------------------


def test_every_session_is_read_field_by_field(before: Ledger) -> None:
    assert [_session_row(session) for session in _all_sessions(before)] == TABLES["sessions"]


def test_every_task_is_read_field_by_field(before: Ledger) -> None:
    listed = _without(TABLES["tasks"], {"cost_nano", *UNREAD})
    assert [_task_row(task) for task in _all_tasks(before)] == listed


def test_every_step_is_read(before: Ledger) -> None:
    keys = sorted({row["task_key"] for row in TABLES["steps"]})
    found = [_step_row(step) for key in keys for step in before.steps(key, MOST)]
    assert sorted(found, key=lambda row: row["key"]) == TABLES["steps"]


def test_every_call_without_an_outcome_is_found(before: Ledger) -> None:
    listed = [row for row in TABLES["intents"] if row["outcome"] is None]
    assert [_intent_row(intent) for intent in before.unsettled()] == listed


def test_what_is_asked_at_a_start_finds_the_same_rows(before: Ledger) -> None:
    ends = {"closed", "ended_by_you", "ended_by_limit", "failed", "dropped"}
    over = {"done", "failed", "stopped", "lost"}
    sessions, tasks = TABLES["sessions"], TABLES["tasks"]
    open_rows = [row["key"] for row in sessions if row["phase"] not in ends]
    assert [session.key for session in before.sessions_not_past(0, 0)] == open_rows
    live_rows = [row["key"] for row in tasks if row["status"] not in over]
    assert [task.key for task in before.live_tasks()] == live_rows
    calls = before.intents_since(0)
    taken_back = [row for row in TABLES["intents"] if row["outcome"] == "refused"]
    assert len(taken_back) == 2  # a start, which was a call, and a command, which was none
    assert len(calls) == len(TABLES["intents"]) - 1


def test_the_print_of_a_key_is_the_same(before: Ledger) -> None:
    assert before.key_fingerprint("no real key", "https://service.example/") == "d16f3579a90a1fee"


# -- writing -------------------------------------------------------------------------------------


def test_opening_and_closing_leaves_every_value(path: Path) -> None:
    Ledger.open(path)[0].close()
    assert _stored(path) == TABLES


def test_records_are_stored_under_the_same_names_and_words(before: Ledger, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.sqlite3"
    with Ledger.open(fresh)[0] as ledger:
        steps = [step for key in before.task_keys() for step in before.steps(key, MOST)]
        put(ledger, *_all_sessions(before), *_all_tasks(before))
        ledger.save(steps=sorted(steps, key=lambda step: step.key))
        stored = _stored(fresh)
        assert stored["sessions"] == TABLES["sessions"]
        assert _without(stored["tasks"], UNREAD) == _without(TABLES["tasks"], UNREAD)
        assert stored["steps"] == TABLES["steps"]
        for row in TABLES["intents"]:
            _make_call(ledger, row)
    assert _stored(fresh)["intents"] == TABLES["intents"]


def _make_call(ledger: Ledger, row: dict[str, Any]) -> None:
    """The call of a listed row once more, with its outcome."""
    kind, key = IntentKind(row["kind"]), row["session_key"]
    session = ledger.sessions([key])[key]
    verb: CommandVerb | AnswerVerb | None = None
    if row["verb"] is not None:
        verb = (CommandVerb if kind is IntentKind.STATE else AnswerVerb)(row["verb"])
    task = ledger.tasks([row["task_key"]])[row["task_key"]] if row["task_key"] else None
    if task is not None and row["question_n"] is not None:
        task = replace(task, question_n=row["question_n"])
    intent = ledger.open_intent(kind, session, task, row["made_ms"], verb=verb)
    if row["outcome"] is not None:
        ledger.settle(intent.key, Outcome(row["outcome"]), row["settled_ms"])


def test_names_of_new_sessions_go_on(before: Ledger) -> None:
    for row in TABLES["numbers"]:
        session = Session(
            base_url="", key_fingerprint="", site=row["site"], since_ms=0, created_ms=0
        )
        assert start(before, session).session.number == row["last"] + 1


def test_a_copy_is_known_by_the_same_words(path: Path) -> None:
    assert _meta(path) == {"salt"}
    last_keys = {"last_sessions", "last_tasks", "last_deleted_ms"}
    with Ledger.open(path)[0] as ledger:
        copy_ledger(ledger, END_MS)
    copy = path.parent / "ledger.copy"
    assert _meta(copy) == {"salt", "copied_ms", *last_keys}
    use_copy(path)
    assert _meta(path) == {"salt", "copied_ms", "restored_ms", *last_keys}


def _meta(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM meta")}


# -- settings --------------------------------------------------------------------------------------


def test_settings_are_read_and_written_whole(tmp_path: Path) -> None:
    path = Path(shutil.copy(WRITTEN / "settings.json", tmp_path))
    stored = json.loads(path.read_text(encoding="utf-8"))
    found, problem = settings.load(path)
    assert problem is None
    newer = {"version", "dialect", "appearance", "task_filter", "task_order", "keep_tasks_days"}
    newer |= {"has_had_tasks", "tasks_columns", "notify_questions"}
    newer |= {"logins", "keep_in_tray", "tray_told", "cap_per_task", "cap_per_day", "at_cap"}
    names = set(settings.Settings.__struct_fields__) - newer
    usual = settings.Settings()
    assert [name for name in names if getattr(found, name) == getattr(usual, name)] == []
    assert found.version == 1
    assert found.base_url == "https://service.example"
    assert found.show_ended is True
    assert found.window_geometry == "d2luZG93"
    assert found.window_splitter == "c3BsaXQ=|dGVy"
    assert found.browsers_at_once == 7
    assert found.tell_when_done is False
    assert found.others["of_a_later_version"] == [1, "two"]
    assert settings.save(path, msgspec.structs.replace(found, browsers_at_once=8))
    again = json.loads(path.read_text(encoding="utf-8"))
    assert stored | {"browsers_at_once": 8} == {name: again[name] for name in stored}
