"""The ledger's tables, by version.

A version that was released is never edited: a new field in a record needs a new migration. Times
are UTC epoch milliseconds, `cost`, `compute_s` and `took_s` exact decimal text, `cost_nano` the
same cost in whole nano-dollars for sums and sorting (NULL where the amount is not sane), booleans 0
or 1. Columns that end in `_folded` hold what is searched, as `core.task_filter.folded` makes it.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from enigma_panel.core.task_filter import folded

APPLICATION_ID = 0x454E4750  # "ENGP": by it `file` and _check_owner know our ledger from others

Migration = Callable[[sqlite3.Connection], None]
Migrations = tuple[Migration, ...]

_V1 = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE numbers (site TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID
    """,
    # The two tables point to each other: both references wait for the commit. Who adds a row gives
    # it a key that none ever had.
    """
    CREATE TABLE sessions (
        key INTEGER PRIMARY KEY,
        base_url TEXT NOT NULL,
        key_print TEXT NOT NULL,
        site TEXT NOT NULL,
        number INTEGER NOT NULL,
        label TEXT,
        phase TEXT NOT NULL,
        since_ms INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        opened_ms INTEGER,
        ended_ms INTEGER,
        expires_ms INTEGER,
        service_id TEXT,
        socket_url TEXT,
        web_view_url TEXT,
        webrtc_url TEXT,
        close_after INTEGER NOT NULL,
        current_task INTEGER REFERENCES tasks (key) DEFERRABLE INITIALLY DEFERRED,
        terminate_sent_ms INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE tasks (
        key INTEGER PRIMARY KEY,
        session_key INTEGER NOT NULL REFERENCES sessions (key) DEFERRABLE INITIALLY DEFERRED,
        verb TEXT NOT NULL,
        text TEXT NOT NULL,
        starting_url TEXT,
        max_duration_ms INTEGER,
        max_input_tokens INTEGER,
        max_output_tokens INTEGER,
        avoid_domains TEXT NOT NULL,
        close_after INTEGER NOT NULL,
        service_id TEXT,
        status TEXT NOT NULL,
        since_ms INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        sent_ms INTEGER,
        ended_ms INTEGER,
        result TEXT,
        error TEXT,
        code TEXT,
        cost TEXT,
        cost_nano INTEGER,
        tokens_in INTEGER,
        tokens_out INTEGER,
        compute_s TEXT,
        question TEXT,
        question_n INTEGER NOT NULL,
        asked_ms INTEGER,
        answered_ms INTEGER,
        stop_sent_ms INTEGER,
        pause_confirmed INTEGER NOT NULL,
        is_new INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE intents (
        key INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        session_key INTEGER NOT NULL REFERENCES sessions (key),
        task_key INTEGER REFERENCES tasks (key),
        verb TEXT,
        question_n INTEGER,
        made_ms INTEGER NOT NULL,
        outcome TEXT,
        settled_ms INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE steps (
        key INTEGER PRIMARY KEY,
        task_key INTEGER NOT NULL REFERENCES tasks (key),
        at_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX sessions_by_name ON sessions (site, number)",
    "CREATE INDEX sessions_by_phase ON sessions (phase)",
    "CREATE INDEX sessions_by_end ON sessions (ended_ms DESC, key DESC) WHERE ended_ms IS NOT NULL",
    "CREATE INDEX sessions_by_id ON sessions (service_id) WHERE service_id IS NOT NULL",
    "CREATE INDEX tasks_by_session ON tasks (session_key)",
    "CREATE INDEX tasks_by_status ON tasks (status)",
    "CREATE INDEX tasks_newest_first ON tasks (created_ms DESC, key DESC)",
    "CREATE INDEX tasks_new ON tasks (key) WHERE is_new = 1",
    "CREATE INDEX intents_open ON intents (key) WHERE outcome IS NULL",
    "CREATE INDEX steps_by_task ON steps (task_key, key)",
    "INSERT INTO meta VALUES ('salt', randomblob(16))",
    f"PRAGMA application_id = {APPLICATION_ID}",
)

FINE_COST = "(cost GLOB '*.??????????*' OR cost GLOB '*E-*')"
"""Condition on a cost with more than nine places, as a Decimal writes them."""

_V2 = (
    # The queue: tasks wait in it by `place`, their sessions are planned and have no number yet.
    "ALTER TABLE tasks ADD COLUMN place INTEGER NOT NULL DEFAULT 0",
    "DROP INDEX sessions_by_name",
    "CREATE UNIQUE INDEX sessions_by_name ON sessions (site, number) WHERE number > 0",
)


_V3 = (
    # What the live channel adds: a lost browser's grace, commands that nothing acknowledges.
    "ALTER TABLE sessions ADD COLUMN lost_until_ms INTEGER",
    "ALTER TABLE tasks ADD COLUMN unproven TEXT",
    "ALTER TABLE tasks ADD COLUMN answer_emitted INTEGER NOT NULL DEFAULT 0",
)


_V4 = (
    # Figures that the service told beside those that it bills.
    "ALTER TABLE tasks ADD COLUMN tokens_total INTEGER",
    "ALTER TABLE tasks ADD COLUMN took_s TEXT",
)


_V5 = (
    # All sessions before it were opened in the first dialect.
    "ALTER TABLE sessions ADD COLUMN dialect TEXT NOT NULL DEFAULT 'E'",
    # Lists as JSON: what came with a result. Nothing reads or writes network any more.
    "ALTER TABLE tasks ADD COLUMN files TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE tasks ADD COLUMN network TEXT NOT NULL DEFAULT '[]'",
)


_V6 = (
    # What the browser is opened with, and the form of the result.
    "ALTER TABLE tasks ADD COLUMN environment_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN policy_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN proxy TEXT NOT NULL DEFAULT 'none'",
    "ALTER TABLE tasks ADD COLUMN proxy_country TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN proxy_address TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN output_type TEXT NOT NULL DEFAULT 'text'",
    "ALTER TABLE tasks ADD COLUMN output_schema TEXT NOT NULL DEFAULT ''",
)


_V7 = (
    # Which tasks have other texts now, for an index of words in a file of its own; until 15.
    """
    CREATE TABLE text_changes (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        task_key INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TRIGGER task_added AFTER INSERT ON tasks
    BEGIN INSERT INTO text_changes (task_key) VALUES (new.key); END
    """,
    """
    CREATE TRIGGER task_text_changed
    AFTER UPDATE OF session_key, text, result, error, question ON tasks
    WHEN (old.session_key, old.text, old.result, old.error, old.question)
        IS NOT (new.session_key, new.text, new.result, new.error, new.question)
    BEGIN INSERT INTO text_changes (task_key) VALUES (new.key); END
    """,
    """
    CREATE TRIGGER task_deleted AFTER DELETE ON tasks
    BEGIN INSERT INTO text_changes (task_key) VALUES (old.key); END
    """,
    """
    CREATE TRIGGER session_renamed AFTER UPDATE OF site, number, label ON sessions
    WHEN (old.site, old.number, old.label) IS NOT (new.site, new.number, new.label)
    BEGIN
        INSERT INTO text_changes (task_key) SELECT key FROM tasks WHERE session_key = new.key;
    END
    """,
    # Newest first is by key. What is sorted, counted and summed is read from one narrow index.
    "DROP INDEX tasks_newest_first",
    "DROP INDEX tasks_new",
    "DROP INDEX sessions_by_end",
    """
    CREATE INDEX tasks_figures ON tasks (
        status, is_new, cost_nano, created_ms, sent_ms, ended_ms, tokens_in, tokens_out, code,
        service_id IS NOT NULL
    )
    """,
    # Costs with more places than nano-dollars have. No longer read.
    f"CREATE INDEX tasks_fine_costs ON tasks (key) WHERE {FINE_COST}",
    "CREATE INDEX tasks_by_text ON tasks (substr(text, 1, 40) COLLATE NOCASE)",
    """
    CREATE INDEX tasks_by_result ON tasks (
        substr(coalesce(result, error, question, ''), 1, 40) COLLATE NOCASE
    )
    """,
)


_V8 = (
    # For how long its questions waited; of those that an earlier version settled nobody knows.
    "ALTER TABLE tasks ADD COLUMN waited_ms INTEGER DEFAULT 0",
    "UPDATE tasks SET waited_ms = NULL WHERE question_n > 0",
    "DROP INDEX tasks_figures",
    """
    CREATE INDEX tasks_figures ON tasks (
        status, is_new, cost_nano, created_ms, sent_ms, ended_ms, tokens_in, tokens_out, code,
        service_id IS NOT NULL, waited_ms, asked_ms, answered_ms
    )
    """,
)


_V9 = (
    # What deleted tasks cost, by the local day on which each was started; of a session that others
    # of its tasks keep, in its row. A key is given once: of what was deleted last it stays in mind.
    """
    CREATE TABLE deleted_days (
        day TEXT PRIMARY KEY,
        tasks INTEGER NOT NULL,
        cost TEXT NOT NULL,
        took_ms INTEGER NOT NULL,
        untold INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "ALTER TABLE sessions ADD COLUMN deleted_cost TEXT",
    "ALTER TABLE sessions ADD COLUMN deleted_untold INTEGER NOT NULL DEFAULT 0",
    "INSERT INTO meta VALUES ('last_sessions', 0), ('last_tasks', 0)",
    # Without them each deleted row would have SQLite look through all that may refer to it.
    "CREATE INDEX sessions_by_task ON sessions (current_task) WHERE current_task IS NOT NULL",
    "CREATE INDEX intents_by_session ON intents (session_key)",
    "CREATE INDEX intents_by_task ON intents (task_key) WHERE task_key IS NOT NULL",
)

TOOK_IN_ALL = (
    "CASE WHEN status <> 'queued' AND (code IN ('FROM_COPY', 'FROM_EXPORT', 'TAKEN_BACK')) IS NOT 1"
    " THEN ended_ms - coalesce(sent_ms, created_ms) END"
)
"""Milliseconds, of an ended task that was sent."""

_V10 = (
    # What tables can be sorted by. Of tasks only those that have a figure are in its index: a new
    # one has none, and is written as quickly as before.
    "CREATE INDEX tasks_by_cost ON tasks (cost_nano) WHERE cost_nano IS NOT NULL",
    f"CREATE INDEX tasks_by_took ON tasks ({TOOK_IN_ALL}) WHERE ended_ms IS NOT NULL",
    "CREATE INDEX tasks_by_end ON tasks (ended_ms) WHERE ended_ms IS NOT NULL",
    "CREATE INDEX tasks_by_start ON tasks (sent_ms) WHERE sent_ms IS NOT NULL",
    "CREATE INDEX tasks_by_tokens_in ON tasks (tokens_in) WHERE tokens_in IS NOT NULL",
    "CREATE INDEX tasks_by_tokens_out ON tasks (tokens_out) WHERE tokens_out IS NOT NULL",
    "CREATE INDEX sessions_by_title ON sessions (coalesce(label, site) COLLATE NOCASE, number)",
    "CREATE INDEX sessions_by_host ON sessions (base_url)",
)


_V11 = (
    # With what a question was answered that is no secret: the amount of a purchase.
    "ALTER TABLE intents ADD COLUMN used TEXT NOT NULL DEFAULT ''",
)


_V12 = (
    # What became of a task's last question, and all that were ever asked.
    "ALTER TABLE tasks ADD COLUMN answer_unconfirmed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tasks ADD COLUMN asked_again INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tasks ADD COLUMN question_missed INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE tasks SET answer_unconfirmed = 1 WHERE question_n > 0 AND EXISTS (
        SELECT 1 FROM intents WHERE task_key = tasks.key AND kind = 'answer'
        AND question_n = tasks.question_n AND outcome = 'unknown'
    )
    """,
    "CREATE INDEX steps_questions ON steps (task_key, key) WHERE kind = 'question'",
)


_V13 = (
    # Fingerprints of the passwords that were sent to sessions that may still repeat them.
    """
    CREATE TABLE sent_secrets (
        session_key INTEGER NOT NULL REFERENCES sessions,
        key_id BLOB NOT NULL,
        length INTEGER NOT NULL,
        digest BLOB NOT NULL,
        anchor BLOB NOT NULL,
        PRIMARY KEY (session_key, key_id, digest)
    ) STRICT, WITHOUT ROWID
    """,
)


_V14 = (
    # What a million tasks are sorted by. Of tasks only those are in it whose questions waited.
    "CREATE INDEX sessions_by_site ON sessions (site)",
    "CREATE INDEX tasks_by_waited ON tasks (waited_ms) WHERE waited_ms IS NOT 0",
)


_V15 = (
    # What is searched, in one column, instead of an index of words in a file of its own.
    "DROP TRIGGER task_added",
    "DROP TRIGGER task_text_changed",
    "DROP TRIGGER task_deleted",
    "DROP TRIGGER session_renamed",
    "DROP TABLE text_changes",
    "ALTER TABLE tasks ADD COLUMN texts_folded TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sessions ADD COLUMN name_folded TEXT NOT NULL DEFAULT ''",
    # As blobs: a text that is not UTF-8 must not end the migration.
    """
    UPDATE tasks SET texts_folded = folded(
        CAST(text AS BLOB), CAST(result AS BLOB), CAST(error AS BLOB), CAST(question AS BLOB)
    )
    """,
    """
    UPDATE sessions SET name_folded = folded(
        CAST(site AS BLOB),
        CAST(coalesce(nullif(label, ''), site || ' ' || nullif(number, 0), site) AS BLOB)
    )
    """,
)


_V16 = (
    # What was left by the reply that opened a session; when the last deleted task had ended.
    "ALTER TABLE sessions ADD COLUMN balance TEXT",
    "INSERT INTO meta VALUES ('last_deleted_ms', 0)",
)


def _add_folded_texts(connection: sqlite3.Connection) -> None:
    """Migration 15. Takes 3 s for 100,000 tasks."""

    def folded_bytes(*texts: bytes | None) -> str:
        return folded(*(text.decode(errors="replace") for text in texts if text))

    connection.create_function("folded", -1, folded_bytes)
    _execute(_V15, connection)


def _execute(statements: Sequence[str], connection: sqlite3.Connection) -> None:
    for statement in statements:
        connection.execute(statement)


_PLAIN = (_V1, _V2, _V3, _V4, _V5, _V6, _V7, _V8, _V9, _V10, _V11, _V12, _V13, _V14)
MIGRATIONS: Migrations = (
    *(partial(_execute, each) for each in _PLAIN),
    _add_folded_texts,
    partial(_execute, _V16),
)
"""Migration n (counted from 1) leads from version n-1 to n."""


def migrate(connection: sqlite3.Connection, migrations: Migrations = MIGRATIONS) -> None:
    """Bring the file to the newest version, one transaction a step; `connection` autocommits.

    References are not enforced meanwhile, so that a step may rebuild a table, but checked before
    each commit (sqlite3.IntegrityError). A step that fails leaves its version as it was.
    """
    connection.execute("PRAGMA foreign_keys = OFF")
    while version(connection) < len(migrations):
        connection.execute("BEGIN IMMEDIATE")
        try:
            _step(connection, migrations)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    connection.execute("PRAGMA foreign_keys = ON")


def _step(connection: sqlite3.Connection, migrations: Migrations) -> None:
    found = version(connection)  # again, now under the lock: another process may have been first
    if found >= len(migrations):
        return
    migrations[found](connection)
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise sqlite3.IntegrityError(f"migration {found + 1} left a dangling reference")
    connection.execute(f"PRAGMA user_version = {found + 1}")


def version(connection: sqlite3.Connection) -> int:
    """The file's user_version; 0 for a fresh file."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


TABLES = frozenset(
    {"deleted_days", "intents", "meta", "numbers", "sent_secrets", "sessions", "steps", "tasks"}
)
"""The tables of a file of the newest version."""
