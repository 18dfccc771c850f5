"""Reads for tables: which tasks fit a filter, in which order, how many there are, what they cost.

They have a connection of their own that only reads the ledger, so that no intent waits for them.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.deletion import DeletionPlan, KeptReason, kept_because
from enigma_panel.core.models import ASSUMED_PHASES, FINAL_PHASES, IDLE_LEAST_MS, TaskStatus
from enigma_panel.core.money import NANO
from enigma_panel.core.statuses import AT_WORK
from enigma_panel.core.task_filter import (
    GROUP_STATUSES,
    Order,
    SortColumn,
    TaskFilter,
    TaskGroup,
    TaskSum,
    words_of,
)
from enigma_panel.store.ledger.errors import typed_errors
from enigma_panel.store.ledger.queries import (
    HAS_CALL,
    HAS_RUN,
    IS_COST_UNKNOWN,
    IS_OF_TODAY,
    IS_OVER,
    STARTED,
    TOOK_MS,
    deletion_times,
    json_of,
    one_of,
)
from enigma_panel.store.ledger.row_mapper import clean_text

T = TypeVar("T")

MOST_WORDS = 50
"""Most words of a search: nobody types more."""

_STATUS_RANK = (
    TaskStatus.ASKS,
    TaskStatus.UNCONFIRMED,
    TaskStatus.QUEUED,
    TaskStatus.STARTING,
    TaskStatus.WORKING,
    TaskStatus.PAUSED,
    TaskStatus.FAILED,
    TaskStatus.LOST,
    TaskStatus.STOPPED,
    TaskStatus.DONE,
)
"""The order of the statuses: those that need somebody come first, a word of no version last."""
_RANKS = " ".join(f"WHEN '{status}' THEN {rank}" for rank, status in enumerate(_STATUS_RANK))
_SORTED_BY: dict[SortColumn, tuple[str, ...]] = {
    SortColumn.STATUS: (f"CASE t.status {_RANKS} ELSE {len(_STATUS_RANK)} END",),
    SortColumn.TASK: ("substr(t.text, 1, 40) COLLATE NOCASE",),
    SortColumn.RESULT: (
        "substr(coalesce(t.result, t.error, t.question, ''), 1, 40) COLLATE NOCASE",
    ),
    SortColumn.COST: ("t.cost_nano",),
    SortColumn.TOOK: (f"CASE WHEN {HAS_RUN} THEN coalesce(t.ended_ms, :now) - {STARTED} END",),
    SortColumn.ENDED: ("t.ended_ms",),
    SortColumn.TOKENS_IN: ("t.tokens_in",),
    SortColumn.TOKENS_OUT: ("t.tokens_out",),
    SortColumn.STARTED: ("t.sent_ms",),
    SortColumn.SESSION: ("s.site COLLATE NOCASE", "s.number"),
    SortColumn.SITE: ("s.site",),
}
"""SQL terms by which a column is sorted; the first 40 characters of a text are in an index."""


_OF_SESSION = frozenset({SortColumn.SESSION, SortColumn.SITE})
# Not LIKE: there is nothing to escape, no length is too much, and frequent beginnings are found
# in half the time.
_HAS_WORD = (
    "(instr(t.texts_folded, :{0})"
    " OR t.session_key IN (SELECT key FROM sessions WHERE instr(name_folded, :{0})))"
)
_THESE = "t.key IN (SELECT value FROM json_each(:keys))"
_IS_CUT_OFF = (
    # As ui.text.states.known_until_ms. By key, which each index of tasks has.
    f"t.key IN (SELECT t.key FROM tasks t JOIN sessions s ON s.key = t.session_key"  # noqa: S608 - own words
    f" WHERE t.{one_of('status', AT_WORK)}"
    f" AND {one_of('s.phase', FINAL_PHASES | ASSUMED_PHASES)})"
)
"""Condition on a task at work in a session that has ended: its outcome is not known."""
_IS_RUNNING = f"t.{one_of('status', AT_WORK)} AND NOT {_IS_CUT_OFF}"
_SUMS_OF = (
    "SELECT {}, count(*), sum(t.cost_nano),"  # noqa: S608 - own words
    f" sum({TOOK_MS}), count(CASE WHEN t.cost_nano IS NULL"
    f" AND (t.status = '{TaskStatus.STARTING}' OR {IS_COST_UNKNOWN}) THEN 1 END)"
    " FROM tasks t"
)
_SUMS = _SUMS_OF.format("t.status, t.is_new")
_IDLED = (
    # As core.models.has_idled.
    " FROM sessions s JOIN tasks t ON t.key = s.current_task"
    " WHERE t.ended_ms IS NOT NULL AND t.sent_ms IS NOT NULL AND s.service_id IS NOT NULL"
    " AND NOT (s.close_after AND t.status = 'done')"
    f" AND (NOT {one_of('s.phase', FINAL_PHASES | ASSUMED_PHASES)}"
    f" OR coalesce(s.terminate_sent_ms, s.ended_ms, 0) - t.ended_ms > {IDLE_LEAST_MS})"
)
_OUTCOME = f"CASE WHEN {_IS_CUT_OFF} THEN '{TaskStatus.UNCONFIRMED}' ELSE t.status END"
_LONGEST_MS = 86_400_000
"""What was sent so long before a day and has no end does not run into it."""
_OF_ACCOUNT = (
    # CROSS JOIN: the tasks of a day are few, the sessions of an address are most of all.
    f"SELECT s.created_ms, s.opened_ms, t.sent_ms,"  # noqa: S608 - own words
    f" CASE WHEN NOT ({_IS_RUNNING}) THEN coalesce(t.ended_ms, s.ended_ms, t.sent_ms) END,"
    " CASE WHEN s.created_ms > :from_ms THEN s.balance END, t.cost_nano"
    " FROM tasks t CROSS JOIN sessions s ON s.key = t.session_key"
    f" WHERE t.sent_ms >= :from_ms - {_LONGEST_MS} AND coalesce(t.ended_ms, :from_ms) >= :from_ms"
    " AND t.status <> 'queued' AND s.base_url = :base_url AND s.key_fingerprint = :key_fingerprint"
)
_KEY_RANGE = (
    "SELECT (SELECT min(key) FROM tasks), (SELECT max(key) FROM tasks),"
    " (SELECT count(*) FROM tasks)"
)
_BY_RULE = (
    f"SELECT t.status, {IS_OVER} AS is_over, {IS_OF_TODAY} AS is_of_today,"  # noqa: S608 - own words
    f" {HAS_CALL} AS has_call, count(*), json_group_array(t.key)"
    f" FROM tasks t JOIN sessions s ON s.key = t.session_key WHERE {_THESE} GROUP BY 1, 2, 3, 4"
)
_RESULTS = f"FROM tasks t WHERE {_THESE} AND result <> ''"

Day = tuple[int, int]
"""A local day: from when to when it lasts (epoch ms)."""


class Figures(Struct, frozen=True, kw_only=True):
    """How many tasks there are, and what the shown ones cost.

    total: tasks in the ledger. count: those that fit, whatever group they are in; by_group: those
    that would fit with that group alone. shown: of what fits. day: what the tasks cost that were
    sent on a day, or asked for where they were not sent.
    """

    total: int = 0
    count: int = 0
    by_group: dict[TaskGroup, int] = {}
    shown: TaskSum = TaskSum()
    day: TaskSum | None = None


class DayCosts(Struct, frozen=True, kw_only=True):
    """What the tasks cost that were started on a day, by status, where one at work in a session
    that has ended is unconfirmed."""

    day: Day
    by_status: dict[str, TaskSum]


class AccountTask(Struct, frozen=True):
    """A task, and what the start of its session told.

    asked_ms, opened_ms: when that was sent, and replied to. ended_ms: None while the task runs.
    balance: what was left, in dollars. cost: 0 where it is unknown.
    """

    asked_ms: int
    opened_ms: int | None
    sent_ms: int
    ended_ms: int | None
    balance: Decimal | None
    cost: Decimal


class TaskReader:
    """Answers the queries of tables, in the thread of the first. Raises LedgerError."""

    def __init__(self, ledger_path: Path) -> None:
        self.path = ledger_path
        self._connection: sqlite3.Connection | None = None

    def keys(self, task_filter: TaskFilter, order: Order, now_ms: int) -> list[int]:
        """The keys of the tasks that fit, in order, newest first among equals."""
        conditions, values = _conditions(task_filter)
        conditions += _in_groups(task_filter)
        if not order and not conditions:
            return self._newest_first()
        source = _source(order, is_whole=not conditions)
        sql = f"SELECT t.key AS key {source}{_where(conditions)}{_order_by(order)}"
        return self._keys(sql, values | {"now": now_ms})

    def figures(self, task_filter: TaskFilter, day: Day | None = None) -> Figures:
        """How many tasks fit, by group, and their cost together, and that of the day."""
        with self._one_state():
            figures = self._figures(task_filter)
            return replace(figures, day=self._spent_on(*day)) if day is not None else figures

    def sum_of(self, keys: Sequence[int]) -> TaskSum:
        """The cost of these tasks together."""
        return self._sum(_THESE, {"keys": json_of(keys)})

    def results(self, keys: Sequence[int], most_chars: int) -> list[str] | None:
        """The results of those that have one, in this order; None where they are too long."""
        values = {"keys": json_of(keys)}
        if self._rows(f"SELECT total(length(result)) {_RESULTS}", values)[0][0] > most_chars:
            return None
        found = dict(self._rows(f"SELECT key, result {_RESULTS}", values))
        return [found[key] for key in keys if key in found]

    def costs_of(self, days: Sequence[Day]) -> list[DayCosts]:
        """The costs of days that follow each other, oldest first."""
        begins = [begin for begin, _ in days]
        values = {f"day{n}": begin for n, begin in enumerate([*begins, days[-1][1]])}
        cases = " ".join(f"WHEN {STARTED} < :day{n + 1} THEN {n}" for n in range(len(days)))
        what = f"CASE {cases} END, {_OUTCOME}"
        started = f"{STARTED} >= :day0 AND {STARTED} < :day{len(days)}"
        sums = f"{_SUMS_OF.format(what)} WHERE {started} GROUP BY 1, 2"
        with self._one_state():
            rows = self._rows(sums, values)
            idled = self._rows(f"SELECT DISTINCT {what}{_IDLED} AND {started}", values)
        found: list[dict[str, TaskSum]] = [{} for _ in days]
        for row in rows:
            has_idle = tuple(row[:2]) in idled
            found[row[0]][row[1]] = replace(_sum([row]), has_idle=has_idle)
        return [
            DayCosts(day=day, by_status=by_status)
            for day, by_status in zip(days, found, strict=True)
        ]

    def tasks_of_account(
        self, base_url: str, key_fingerprint: str, from_ms: int
    ) -> list[AccountTask]:
        """The tasks that ran with that key at that address since then (epoch ms)."""
        values = {"base_url": base_url, "key_fingerprint": key_fingerprint, "from_ms": from_ms}
        return [
            AccountTask(
                asked, opened, sent, ended, left and Decimal(left), Decimal(nano or 0) / NANO
            )
            for asked, opened, sent, ended, left, nano in self._rows(_OF_ACCOUNT, values)
        ]

    def plan_deletion(self, keys: Sequence[int], now_ms: int, day_ms: int) -> DeletionPlan:
        """Which of these tasks may be deleted, what they cost, and why others stay.

        day_ms: when the local day of now_ms began.
        """
        asked = {"keys": json_of(keys), **deletion_times(now_ms, day_ms)}
        going: list[int] = []
        kept: dict[KeptReason, int] = {}
        for status, is_over, is_of_today, has_call, count, found in self._rows(_BY_RULE, asked):
            reason = kept_because(
                status,
                is_over=bool(is_over),
                is_of_today=bool(is_of_today),
                has_call=bool(has_call),
            )
            if reason is None:
                going += msgspec.json.decode(found, type=list[int])
            else:
                kept[reason] = kept.get(reason, 0) + count
        return DeletionPlan(keys=tuple(sorted(going)), total=self.sum_of(going), kept=kept)

    def close(self) -> None:
        """Close the files; harmless when repeated. The next question would open them again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    # -- inside --------------------------------------------------------------------------------

    def _keys(self, sql: str, values: dict[str, Any]) -> list[int]:
        """The keys that a query finds, as one text: a row each would hold up the window."""
        # LIMIT -1: SQLite may leave out the order of a query within another one.
        rows = self._rows(f"SELECT json_group_array(key) FROM ({sql} LIMIT -1)", values)  # noqa: S608 - own words
        return msgspec.json.decode(rows[0][0], type=list[int])

    def _newest_first(self) -> list[int]:
        """The keys of all tasks in order; none is read unless one between them was deleted."""
        oldest, newest, count = self._rows(_KEY_RANGE, {})[0]
        if count and newest - oldest + 1 == count:
            return list(range(newest, oldest - 1, -1))
        return self._keys("SELECT key FROM tasks ORDER BY key DESC", {})

    def _figures(self, task_filter: TaskFilter) -> Figures:
        conditions, values = _conditions(task_filter)
        total = self._rows("SELECT count(*) FROM tasks", {})[0][0]
        if task_filter.words:  # texts are read once, not for each sum
            sql = f"SELECT count(*), json_group_array(t.key) FROM tasks t{_where(conditions)}"  # noqa: S608 - own words
            count, keys = self._rows(sql, values)[0]
            conditions, values = ([_THESE], {"keys": keys}) if count < total else ([], {})
        by_status = f"{_SUMS}{{}} GROUP BY t.status, t.is_new"
        rows = self._rows(by_status.format(_where([*conditions, f"NOT {_IS_CUT_OFF}"])), values)
        cut_off = self._rows(by_status.format(_where([*conditions, _IS_CUT_OFF])), values)
        rows += [(TaskStatus.UNCONFIRMED, *row[1:]) for row in cut_off]
        groups = task_filter.groups
        shown = [row for row in rows if not groups or any(_is_in(row, group) for group in groups)]
        return Figures(
            total=total,
            count=sum(row[2] for row in rows),
            by_group={group: sum(r[2] for r in rows if _is_in(r, group)) for group in TaskGroup},
            shown=self._summed(shown, _where([*conditions, *_in_groups(task_filter)]), values),
        )

    def _spent_on(self, from_ms: int, to_ms: int) -> TaskSum:
        started = f"{STARTED} >= :from_ms AND {STARTED} < :to_ms"
        return self._sum(started, {"from_ms": from_ms, "to_ms": to_ms})

    def _sum(self, condition: str, values: dict[str, Any]) -> TaskSum:
        sums = f"{_SUMS_OF.format(f'{_OUTCOME}, t.is_new')}{_where([condition])} GROUP BY 1, 2"
        rows = self._rows(sums, values)
        return self._summed(rows, _where([condition]), values)

    def _summed(self, rows: Sequence[Sequence[Any]], where: str, values: dict[str, Any]) -> TaskSum:
        """The sum of these rows of `_SUMS`, and whether a session of theirs was idle."""
        total = _sum(rows)
        if not total.cost:
            return total
        idle = self._rows(f"SELECT 1{_IDLED}{where.replace(' WHERE ', ' AND ', 1)} LIMIT 1", values)
        return replace(total, has_idle=bool(idle))

    @contextmanager
    def _one_state(self) -> Iterator[None]:
        """A transaction in which all questions see one state of the ledger."""
        self._ask(lambda connection: connection.execute("BEGIN"))
        try:
            yield
        finally:
            if self._connection is not None:
                self._connection.rollback()

    def _rows(self, sql: str, values: dict[str, Any]) -> list[Any]:
        return self._ask(lambda connection: connection.execute(sql, values).fetchall())

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with typed_errors(self.path):
            if self._connection is None:
                uri = f"{self.path.absolute().as_uri()}?mode=ro"
                self._connection = sqlite3.connect(uri, uri=True, isolation_level=None)
            return question(self._connection)


def _conditions(task_filter: TaskFilter) -> tuple[list[str], dict[str, Any]]:
    """The conditions of a filter without its groups, and the values that they name."""
    words = words_of(clean_text(task_filter.words))[:MOST_WORDS]
    bounds = (
        *((_HAS_WORD.format(f"word{n}"), f"word{n}", word) for n, word in enumerate(words)),
        (f"{STARTED} >= :from_ms", "from_ms", task_filter.from_ms),
        (f"{STARTED} < :to_ms", "to_ms", task_filter.to_ms),
        ("t.question_n > :least_asked", "least_asked", 0 if task_filter.has_asked else None),
    )
    given = [bound for bound in bounds if bound[2] is not None]
    return [bound[0] for bound in given], {name: value for _, name, value in given}


def _in_groups(task_filter: TaskFilter) -> list[str]:
    if not task_filter.groups:
        return []
    statuses = [s for group in task_filter.groups for s in GROUP_STATUSES.get(group, ())]
    either = [f"t.{one_of('status', statuses)} AND NOT {_IS_CUT_OFF}"] if statuses else []
    either += [_IS_CUT_OFF] if TaskGroup.UNCONFIRMED in task_filter.groups else []
    either += ["t.is_new = 1"] if TaskGroup.NEW in task_filter.groups else []
    return [f"({' OR '.join(either)})"]


def _source(order: Order, *, is_whole: bool) -> str:
    """The tables to read for an order. is_whole: SQLite must begin with the index of sessions."""
    if not order or order[0].column not in _OF_SESSION:
        return "FROM tasks t"
    if is_whole:
        return "FROM sessions s CROSS JOIN tasks t ON t.session_key = s.key"
    return "FROM tasks t JOIN sessions s ON s.key = t.session_key"


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _order_by(order: Order) -> str:
    terms = [
        f"{term}{' DESC' if by.descending else ''}"
        for by in order
        for term in _SORTED_BY[by.column]
    ]
    return f" ORDER BY {', '.join([*terms, 't.key DESC'])}"


def _is_in(row: Sequence[Any], group: TaskGroup) -> bool:
    if group is TaskGroup.NEW:
        return bool(row[1])
    return row[0] in GROUP_STATUSES[group]


def _sum(rows: Sequence[Sequence[Any]]) -> TaskSum:
    """The sum of rows of `_SUMS_OF`, one of whose first two values is the outcome."""
    running = [row for row in rows if not AT_WORK.isdisjoint(row[:2])]

    def total(column: int, some: Sequence[Sequence[Any]] = rows) -> int:
        return sum(row[column] or 0 for row in some)

    unreported = total(5, running)
    return TaskSum(
        count=total(2),
        cost=Decimal(total(3)) / NANO,
        took_ms=total(4),
        unknown=total(5) - unreported,
        running=total(2, running),
        unreported=unreported,
    )
