"""The ledger's tables: one schema, with one number.

Until the first release a change to a table raises VERSION, and a file with another number is
refused. Times are UTC epoch milliseconds, `cost`, `compute_s` and `took_s` exact decimal text,
`cost_nano` the same cost in whole nano-dollars for sums and sorting (NULL where the amount is not
sane), booleans 0 or 1. Columns that end in `_folded` hold what is searched, as
`core.task_filter.folded` makes it; lists are JSON.
"""

import sqlite3

APPLICATION_ID = 0x454E4750  # "ENGP": by it `file` and _check_owner know our ledger from others
VERSION = 21
"""The number of this schema, in the file's `user_version`: 1 to 20 had other tables."""

CREATE = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE numbers (site TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Sessions and tasks point to each other: both references wait for the commit. Who adds a row
-- gives it a key that none ever had. A planned session has no number yet.
CREATE TABLE sessions (
    key INTEGER PRIMARY KEY,
    base_url TEXT NOT NULL,
    key_fingerprint TEXT NOT NULL,
    dialect TEXT NOT NULL,
    site TEXT NOT NULL,
    number INTEGER NOT NULL,
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
    terminate_sent_ms INTEGER,
    lost_until_ms INTEGER,
    balance TEXT,
    name_folded TEXT NOT NULL
) STRICT;
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
    environment_id TEXT NOT NULL,
    policy_id TEXT NOT NULL,
    proxy TEXT NOT NULL,
    proxy_country TEXT NOT NULL,
    proxy_address TEXT NOT NULL,
    output_type TEXT NOT NULL,
    output_schema TEXT NOT NULL,
    login TEXT NOT NULL,
    service_id TEXT,
    status TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    sent_ms INTEGER,
    ended_ms INTEGER,
    result TEXT,
    files TEXT NOT NULL,
    error TEXT,
    code TEXT,
    cost TEXT,
    cost_nano INTEGER,
    tokens_in INTEGER,
    tokens_out INTEGER,
    tokens_total INTEGER,
    compute_s TEXT,
    took_s TEXT,
    question TEXT,
    question_n INTEGER NOT NULL,
    asked_ms INTEGER,
    answered_ms INTEGER,
    stop_sent_ms INTEGER,
    pause_confirmed INTEGER NOT NULL,
    is_new INTEGER NOT NULL,
    queue_position INTEGER NOT NULL,
    waited_ms INTEGER,
    answer_unconfirmed INTEGER NOT NULL,
    asked_again INTEGER NOT NULL,
    question_missed INTEGER NOT NULL,
    texts_folded TEXT NOT NULL
) STRICT;
CREATE TABLE intents (
    key INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    session_key INTEGER NOT NULL REFERENCES sessions (key),
    task_key INTEGER REFERENCES tasks (key),
    verb TEXT,
    question_n INTEGER,
    used TEXT NOT NULL, -- with what a question was answered that is no secret
    made_ms INTEGER NOT NULL,
    outcome TEXT,
    settled_ms INTEGER
) STRICT;
CREATE TABLE steps (
    key INTEGER PRIMARY KEY,
    task_key INTEGER NOT NULL REFERENCES tasks (key),
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX sessions_by_name ON sessions (site, number) WHERE number > 0;
CREATE INDEX sessions_by_phase ON sessions (phase);
CREATE INDEX tasks_by_session ON tasks (session_key);
CREATE INDEX tasks_by_status ON tasks (status);
CREATE INDEX intents_open ON intents (key) WHERE outcome IS NULL;
CREATE INDEX steps_by_task ON steps (task_key, key);

-- Without them each deleted row would have SQLite look through all that may refer to it.
CREATE INDEX sessions_by_task ON sessions (current_task) WHERE current_task IS NOT NULL;
CREATE INDEX intents_by_session ON intents (session_key);
CREATE INDEX intents_by_task ON intents (task_key) WHERE task_key IS NOT NULL;

-- What tables are sorted by; newest first is by key. Of tasks only those that have a figure are
-- in its index: a new one is written quickly. What is counted and summed is in one narrow index.
CREATE INDEX tasks_figures ON tasks (
    status, is_new, cost_nano, created_ms, sent_ms, ended_ms, tokens_in, tokens_out, code,
    service_id IS NOT NULL
);
CREATE INDEX tasks_by_text ON tasks (substr(text, 1, 40) COLLATE NOCASE);
CREATE INDEX tasks_by_result ON tasks (
    substr(coalesce(result, error, question, ''), 1, 40) COLLATE NOCASE
);
CREATE INDEX tasks_by_cost ON tasks (cost_nano) WHERE cost_nano IS NOT NULL;
CREATE INDEX tasks_by_end ON tasks (ended_ms) WHERE ended_ms IS NOT NULL;
CREATE INDEX tasks_by_start ON tasks (sent_ms) WHERE sent_ms IS NOT NULL;
CREATE INDEX tasks_by_tokens_in ON tasks (tokens_in) WHERE tokens_in IS NOT NULL;
CREATE INDEX tasks_by_tokens_out ON tasks (tokens_out) WHERE tokens_out IS NOT NULL;
CREATE INDEX sessions_by_title ON sessions (site COLLATE NOCASE, number);
CREATE INDEX sessions_by_site ON sessions (site);
CREATE INDEX sessions_by_host ON sessions (base_url);

-- A key is given once: of what was deleted last it stays in mind.
INSERT INTO meta VALUES ('salt', randomblob(16)), ('last_sessions', 0), ('last_tasks', 0);
"""

TABLES = frozenset({"intents", "meta", "numbers", "sessions", "steps", "tasks"})


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of a fresh file, in one transaction; `connection` autocommits."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version(connection) == 0:  # no other process was first
            for statement in CREATE.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version(connection: sqlite3.Connection) -> int:
    """The file's user_version; 0 for a fresh file."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found
