"""Ledgers of other versions: older ones are brought along, newer ones left alone."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from enigma_panel.core.task_filter import NEWEST_FIRST, TaskFilter
from enigma_panel.store.ledger import database, schema
from enigma_panel.store.ledger.database import Database
from enigma_panel.store.ledger.errors import LedgerError, NewerLedgerError
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.schema import MIGRATIONS, TABLES, migrate
from enigma_panel.store.ledger.task_reader import TaskReader
from tests.kit.clock import NOW
from tests.store.helpers import kept_task, old_ledger, raw, start


def test_a_newer_ledger_is_left_untouched(ledger_path: Path) -> None:
    Ledger.open(ledger_path)[0].close()
    with raw(ledger_path) as connection:
        connection.execute("CREATE TABLE later (x)")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 3}")
    before = ledger_path.read_bytes()
    with pytest.raises(NewerLedgerError) as caught:
        Ledger.open(ledger_path)
    assert (caught.value.found, caught.value.known) == (len(MIGRATIONS) + 3, len(MIGRATIONS))
    assert ledger_path.read_bytes() == before
    assert [file.name for file in ledger_path.parent.iterdir()] == ["ledger.sqlite3"]


def _second(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE sessions ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'")


def _half(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE sessions ADD COLUMN half TEXT")
    connection.execute("INSERT INTO nowhere VALUES (1)")


def _dangling(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM tasks")


def test_a_migration_brings_the_old_rows_along(ledger_path: Path) -> None:
    with Ledger.open(ledger_path)[0] as ledger:
        session = start(ledger).session
    newer = database.Database.open(ledger_path, (*MIGRATIONS, _second))
    assert newer.rows("SELECT key, colour FROM sessions") == [(session.key, "grey")]
    assert newer.rows("PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    assert newer.rows("PRAGMA foreign_keys") == [(1,)]
    newer.close()
    database.Database.open(ledger_path, (*MIGRATIONS, _second)).close()
    with pytest.raises(NewerLedgerError):
        Ledger.open(ledger_path)


def test_a_migration_that_another_process_has_just_made_is_not_repeated(ledger: Ledger) -> None:
    with raw(ledger.path) as connection:
        schema._step(connection, MIGRATIONS)
    assert ledger._db.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]


@pytest.mark.parametrize("step", [_half, _dangling])
def test_a_migration_that_fails_changes_nothing(
    ledger_path: Path, step: Callable[[sqlite3.Connection], None]
) -> None:
    with Ledger.open(ledger_path)[0] as ledger:
        intent = start(ledger)
    with pytest.raises(LedgerError):
        database.Database.open(ledger_path, [*MIGRATIONS, step])
    with Ledger.open(ledger_path)[0] as again:
        assert again.unsettled() == [intent]
        assert again._db.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]
        columns = [row[1] for row in again._db.rows("PRAGMA table_info(sessions)")]
        assert "half" not in columns


RELEASED = {1: "2c306051ac2c5a19", 2: "22c07f4bcfe5d9b0"}
"""By version: its tables in one number. A version that was released is never edited."""


def test_released_versions_are_not_edited(tmp_path: Path) -> None:
    for number, known in RELEASED.items():
        path = tmp_path / f"v{number}.sqlite3"
        database.Database.open(path, MIGRATIONS[:number]).close()
        with raw(path) as connection:
            rows = connection.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
        words = " ".join(" ".join(str(row[0]).split()) for row in rows)
        assert hashlib.sha256(words.encode()).hexdigest()[:16] == known, f"version {number}"


def test_a_ledger_with_an_index_of_words_is_searched_without_it(ledger_path: Path) -> None:
    old_ledger(ledger_path, 2)
    Database.open(ledger_path, MIGRATIONS[:14]).close()
    with raw(ledger_path) as connection:
        connection.executescript(_ROWS_OF_14)
    before = _all_rows(ledger_path)
    with Ledger.open(ledger_path)[0] as ledger, closing(TaskReader(ledger_path)) as reader:
        after = _all_rows(ledger_path)
        assert set(before) - set(after) == {"text_changes"}
        for table in set(after) - {"sqlite_sequence"}:
            assert [old | new for old, new in zip(after[table], before[table], strict=True)] == (
                after[table]
            )
        for words, keys in (
            ("OLD task", [1]),
            ("naive cafe", [5]),
            ("hidden", [5]),
            ("strasse", [6]),
            ("fine \ufffd", [6]),
            ("buro", [6, 5]),
            ("old.example 1", [1]),
            ("asked again", [5]),
        ):
            assert reader.keys(TaskFilter(words=words), NEWEST_FIRST, NOW) == keys, words
        records = [*ledger.sessions(range(9)).values(), *ledger.tasks([1, 2, 5]).values()]
        ledger.save(*records)
        assert _all_rows(ledger_path) == after
        assert [row.key for row in ledger.bad_rows] == []
        assert [step.text for step in ledger.steps(5)] == ["Asked again?"]


_ROWS_OF_14 = f"""
UPDATE sessions SET label = 'Büro' WHERE key = 2;
INSERT INTO tasks (key, session_key, verb, text, avoid_domains, close_after, status, since_ms,
    created_ms, result, question, question_n, pause_confirmed, is_new)
    VALUES (5, 2, 'newTask', 'naïve' || char(0) || 'hidden', '[]', 0, 'done', {NOW}, {NOW},
    'A CAFÉ', 'Asked again?', 1, 0, 0);
INSERT INTO tasks (key, session_key, verb, text, avoid_domains, close_after, status, since_ms,
    created_ms, error, question_n, pause_confirmed, is_new)
    VALUES (6, 2, 'newTask', 'Straße', '[]', 0, 'failed', {NOW}, {NOW},
    CAST(x'66696e6520ff' AS TEXT), 0, 0, 0);
INSERT INTO steps (task_key, at_ms, kind, text) VALUES (5, {NOW}, 'question', 'Asked again?');
INSERT INTO intents (kind, session_key, task_key, verb, question_n, made_ms, outcome, used)
    VALUES ('answer', 2, 5, 'resume', 1, {NOW}, 'known', '$5');
"""


def _all_rows(path: Path) -> dict[str, list[dict[str, object]]]:
    """Every value of every table but `meta`, by name."""
    with raw(path) as connection:
        connection.row_factory = sqlite3.Row
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        names = sorted(_tables(connection) - {"meta"})
        sqls = {name: f"SELECT * FROM {name} ORDER BY 1" for name in names}
        return {name: [dict(row) for row in connection.execute(sqls[name])] for name in names}


@pytest.mark.parametrize("number", [1, 2])
def test_the_migrations_leave_every_value_of_every_row(ledger_path: Path, number: int) -> None:
    old_ledger(ledger_path, number)
    before = _all_rows(ledger_path)
    Ledger.open(ledger_path)[0].close()
    after = _all_rows(ledger_path)
    assert set(after) >= set(before)
    for table, rows in before.items():
        assert rows or (number, table) == (1, "steps"), table
        assert [old | new for old, new in zip(after[table], rows, strict=True)] == after[table]


def test_a_ledger_of_version_2_is_brought_along_with_all_its_rows(ledger_path: Path) -> None:
    old_ledger(ledger_path, 2)
    with Ledger.open(ledger_path)[0] as ledger:
        assert ledger._db.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]
        asks, waits = kept_task(ledger, 1), kept_task(ledger, 2)
        assert asks is not None
        assert waits is not None
        assert asks is not None
        assert (asks.question_n > 0, asks.waited_ms, waits.waited_ms) == (True, None, 0)
        assert (asks.question, asks.question_n) == ("Which?", 2)
        assert (waits.queue_position, waits.spec.limits.avoid_domains) == (7, ("a.com",))
        assert [session.lost_until_ms for session in ledger.sessions([1, 2, 3, 4]).values()] == (
            [None] * 4
        )
        assert [step.kind for step in ledger.steps(1)] == ["accepted", "question"]
        assert ledger.bad_rows == ()
        paused = replace(asks, pause_confirmed=True)
        ledger.save(paused)
        assert kept_task(ledger, 1) == paused


def test_an_answer_of_unknown_outcome_stays_unconfirmed_for_its_question(ledger_path: Path) -> None:
    """Version 12 keeps with the task what was looked up in the calls before."""
    ledger_path.parent.mkdir()
    Database.open(ledger_path, MIGRATIONS[:11]).close()
    with raw(ledger_path) as connection:
        connection.executescript(_ANSWERS_OF_11)
    with Ledger.open(ledger_path)[0] as ledger:
        tasks = ledger.tasks([1, 2, 3])
    assert [task.answer_unconfirmed for task in tasks.values()] == [True, False, False]
    assert not any(task.question_missed or task.asked_again for task in tasks.values())


_ANSWERS_OF_11 = "".join(
    f"""
    INSERT INTO sessions (key, base_url, key_print, site, number, phase, since_ms, created_ms,
        close_after) VALUES ({key}, '', '', 'a', {key}, 'open', {NOW}, {NOW}, 0);
    INSERT INTO tasks (key, session_key, verb, text, avoid_domains, close_after, status, since_ms,
        created_ms, question, question_n, pause_confirmed, is_new)
        VALUES ({key}, {key}, 'newTask', '', '[]', 0, 'asks', {NOW}, {NOW}, '?', 2, 0, 0);
    INSERT INTO intents (kind, session_key, task_key, verb, question_n, made_ms, outcome)
        VALUES ('answer', {key}, {key}, 'resume', {n}, {NOW}, '{outcome}');
    """
    for key, n, outcome in ((1, 2, "unknown"), (2, 1, "unknown"), (3, 2, "known"))
)


def test_the_tables_that_are_looked_for_are_those_that_the_migrations_make() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        made = _tables(fresh)
        made.remove("sqlite_sequence")  # of a table that is gone; VACUUM takes it away
        assert made == TABLES


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_ledger_that_lacks_a_table_is_kept_aside_as_damaged(
    ledger_path: Path, table: str
) -> None:
    Ledger.open(ledger_path)[0].close()
    with raw(ledger_path) as connection:
        connection.execute(f"DROP TABLE {table}")
    ledger, problem = Ledger.open(ledger_path)
    ledger.close()
    assert problem is not None
    assert problem.kept_as is not None


def _tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {row[0] for row in rows}
