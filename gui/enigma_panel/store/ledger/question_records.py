"""The questions of the ledger, read for their table."""

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

from enigma_panel.core.models import session_name
from enigma_panel.core.observation import Kind
from enigma_panel.core.question_history import (
    AskedQuestion,
    AskingTask,
    SentAnswer,
    outcome_of,
    settled_ms_of,
)
from enigma_panel.core.questions import QuestionKind, guess_kind
from enigma_panel.core.statuses import TaskStatus
from enigma_panel.store.ledger.intents import IntentKind, Outcome

_STATUSES = frozenset(TaskStatus)
# The n-th line of that kind in a task's time line is its n-th question.
_QUESTIONS = f"""
    WITH asked AS (
        SELECT key, task_key, at_ms, text,
            row_number() OVER (PARTITION BY task_key ORDER BY key) AS n
        FROM steps WHERE kind = '{Kind.QUESTION}'
    )
    SELECT a.key, a.task_key, a.n, a.at_ms, a.text,
        t.text, t.status, t.question_n, t.stop_sent_ms, t.question_missed, t.ended_ms,
        s.label, s.site, s.number,
        i.verb, i.made_ms, i.outcome, i.used
    FROM asked a
    JOIN tasks t ON t.key = a.task_key
    JOIN sessions s ON s.key = t.session_key
    LEFT JOIN intents i ON i.key = (
        SELECT max(key) FROM intents
        WHERE task_key = a.task_key AND question_n = a.n
        AND kind = '{IntentKind.ANSWER}' AND outcome IS NOT '{Outcome.REFUSED}'
    )
    ORDER BY a.key DESC LIMIT ?
"""  # noqa: S608 - own words


def asked_questions(
    connection: sqlite3.Connection, most: int, kinds: dict[tuple[int, int], QuestionKind]
) -> list[AskedQuestion]:
    """The last so many questions, newest first. Rows with a status of a newer version are left
    out. kinds: those that were guessed before, by key and time: a key is given again after a
    deletion; new ones are added."""
    before = connection.text_factory
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:  # one text that is damaged must not hide all others
        rows = connection.execute(_QUESTIONS, (most,)).fetchall()
    finally:
        connection.text_factory = before
    return [_question(row, kinds) for row in rows if row[6] in _STATUSES]


def _question(row: Sequence[Any], kinds: dict[tuple[int, int], QuestionKind]) -> AskedQuestion:
    key, task_key, n, asked_ms, text, task_text, *facts, label, site, number = row[:14]
    if (key, asked_ms) not in kinds:
        kinds[key, asked_ms] = guess_kind(text)
    status, question_n, stop_sent_ms, missed, ended_ms = facts
    verb, made_ms, outcome, used = row[14:]
    answer = None
    if made_ms is not None:
        settled, arrived = outcome is not None, outcome == Outcome.KNOWN
        answer = SentAnswer(verb=verb, made_ms=made_ms, is_settled=settled, arrived=arrived)
    task = AskingTask(
        status=TaskStatus(status),
        is_last=n >= question_n,
        was_stopped=stop_sent_ms is not None,
        question_missed=bool(missed),
        ended_ms=ended_ms,
    )
    return AskedQuestion(
        key=key,
        task_key=task_key,
        n=n,
        asked_ms=asked_ms,
        text=text,
        kind=kinds[key, asked_ms],
        session=session_name(label, site, number),
        task=task_text,
        outcome=outcome_of(task, answer),
        settled_ms=settled_ms_of(task, answer),
        used=used or "",
    )
