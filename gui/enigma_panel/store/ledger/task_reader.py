"""Reads for tables: which tasks fit a filter, in which order, how many there are, what they cost.

A connection of its own that only reads the ledger, so that no intent waits for a question. Words
are looked up in the index (search_index).
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.deletion import DeletionPlan, KeptReason, kept_because
from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.models import ASSUMED_PHASES, FINAL_PHASES, IDLE_LEAST_MS, TaskStatus
from enigma_panel.core.money import EXACT, NANO, sum_exactly, to_nano
from enigma_panel.core.question_history import AskedQuestion
from enigma_panel.core.questions import QuestionKind
from enigma_panel.core.statuses import AT_WORK
from enigma_panel.core.task_filter import (
    GROUP_STATUSES,
    Order,
    SortBy,
    SortColumn,
    TaskFilter,
    TaskGroup,
    TaskSum,
    words_of,
)
from enigma_panel.store.ledger import search_index
from enigma_panel.store.ledger.deletion import sum_of_day
from enigma_panel.store.ledger.errors import typed_errors
from enigma_panel.store.ledger.queries import (
    HAS_CALL,
    HAS_RUN,
    IS_OVER,
    IS_UNTOLD,
    STARTED,
    TOOK_MS,
    deletion_times,
    json_of,
    one_of,
)
from enigma_panel.store.ledger.question_records import asked_questions
from enigma_panel.store.ledger.row_mapper import clean_text
from enigma_panel.store.ledger.schema import FINE_COST, TOOK_IN_ALL

T = TypeVar("T")

MOST_WORDS = 50
"""More words than that are not looked for: nobody types them."""
MANY = 4
"""Words that more than one task in so many has are common."""

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
"""Sorted by status, what needs somebody comes first."""
_OF_NO_STATUS = (
    f"SELECT key FROM ledger.tasks WHERE NOT {one_of('status', _STATUS_RANK)} ORDER BY key DESC"  # noqa: S608 - own words
)
_RANKS = " ".join(f"WHEN '{status}' THEN {rank}" for rank, status in enumerate(_STATUS_RANK))
_OPEN_SINCE = "CASE WHEN t.status = 'asks' AND t.answered_ms IS NULL THEN t.asked_ms END"
_WAITED = f"t.waited_ms + coalesce(max(0, :now - {_OPEN_SINCE}), 0)"
_SORTED_BY: dict[SortColumn, tuple[str, ...]] = {
    SortColumn.NEW: ("t.is_new",),
    SortColumn.STATUS: (f"CASE t.status {_RANKS} END",),
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
    SortColumn.SESSION: ("coalesce(s.label, s.site) COLLATE NOCASE", "s.number"),
    SortColumn.SITE: ("s.site",),
    SortColumn.WAITED: (_WAITED,),
    SortColumn.HOST: ("s.base_url",),
}
"""Terms without which nothing is sorted; the first 40 characters of a text are in an index."""


def _told(column: str) -> tuple[tuple[str, str], ...]:
    return (f"{column} IS NOT NULL", column), (f"{column} IS NULL", "NULL")


_WHICH_WAITED = (
    "t.waited_ms = 0",
    # Spelt as in its index, which holds these.
    *(f"t.waited_ms IS NOT 0 AND t.waited_ms {which}" for which in ("> 0", "IS NULL", "< 0")),
)
_PARTS = {
    SortColumn.COST: _told("t.cost_nano"),
    SortColumn.TOOK: (
        ("t.ended_ms IS NOT NULL", TOOK_IN_ALL),
        ("t.ended_ms IS NULL", f"CASE WHEN {HAS_RUN} THEN :now - {STARTED} END"),
    ),
    SortColumn.ENDED: _told("t.ended_ms"),
    SortColumn.TOKENS_IN: _told("t.tokens_in"),
    SortColumn.TOKENS_OUT: _told("t.tokens_out"),
    SortColumn.STARTED: _told("t.sent_ms"),
    SortColumn.WAITED: (
        ("t.status = 'asks'", _WAITED),
        *((f"t.status <> 'asks' AND {which}", "t.waited_ms") for which in _WHICH_WAITED),
    ),
}
"""Conditions that part all tasks, and a term by which an index sorts those that meet it: in parts
that SQLite merges, the first rows are there at once."""
_OF_SESSION = frozenset({SortColumn.SESSION, SortColumn.SITE, SortColumn.HOST})
_MATCHES = "SELECT rowid AS key FROM texts WHERE texts MATCH :words"
_HAS_WORDS = f"t.key IN ({_MATCHES})"
_HAS_MANY = f"+{_HAS_WORDS}"
"""The same for SQLite, but that it reads one task after the other."""
_TOKEN = lazy_compile(r"[^\W_]+")
_WHOLE = int(NANO)
_SUMS = (
    # In two parts: the nano-dollars of many absurd costs are no 64-bit integer.
    f"SELECT t.status, t.is_new, count(*),"  # noqa: S608 - own words
    f" sum(t.cost_nano / {_WHOLE}), sum(t.cost_nano % {_WHOLE}),"
    f" sum({TOOK_MS}), count(CASE WHEN {IS_UNTOLD} THEN 1 END)"
    " FROM ledger.tasks t"
)
_HAS_IDLED = (
    # As core.models.has_idled.
    "SELECT 1 FROM ledger.sessions s JOIN ledger.tasks t ON t.key = s.current_task"  # noqa: S608 - own words
    " WHERE t.ended_ms IS NOT NULL AND t.sent_ms IS NOT NULL AND s.service_id IS NOT NULL"
    " AND NOT (s.close_after AND t.status = 'done')"
    f" AND (NOT {one_of('s.phase', FINAL_PHASES | ASSUMED_PHASES)}"
    f" OR coalesce(s.terminate_sent_ms, s.ended_ms, 0) - t.ended_ms > {IDLE_LEAST_MS})"
)
_IS_CUT_OFF = (
    # As ui.text.states.known_until_ms. By key, which each index of tasks has.
    f"t.key IN (SELECT t.key FROM ledger.tasks t JOIN ledger.sessions s ON s.key = t.session_key"  # noqa: S608 - own words
    f" WHERE t.{one_of('status', AT_WORK)}"
    f" AND {one_of('s.phase', FINAL_PHASES | ASSUMED_PHASES)})"
)
"""Of a task at work in a session that has ended: what became of it is not known yet, whatever its
status was."""
_KEY_RANGE = (
    "SELECT (SELECT min(key) FROM ledger.tasks), (SELECT max(key) FROM ledger.tasks),"
    " (SELECT count(*) FROM ledger.tasks)"
)
_BY_RULE = (
    f"SELECT t.status, {IS_OVER} AS is_over, {HAS_CALL} AS has_call, count(*),"  # noqa: S608 - own words
    " json_group_array(t.key) FROM ledger.tasks t JOIN ledger.sessions s ON s.key = t.session_key"
    " WHERE t.key IN (SELECT value FROM json_each(:keys)) GROUP BY 1, 2, 3"
)
_FINE_COSTS = (
    "SELECT t.cost, t.cost_nano FROM ledger.tasks t INDEXED BY tasks_fine_costs"  # noqa: S608 - own words
    f" WHERE {FINE_COST} AND t.cost_nano IS NOT NULL"
)

_RESULTS = "FROM ledger.tasks WHERE key IN (SELECT value FROM json_each(:keys)) AND result <> ''"


Day = tuple[str, int, int]
"""A local day: its date in ISO 8601, and from when to when it lasts (epoch ms)."""


class Figures(Struct, frozen=True, kw_only=True):
    """How many tasks there are, and what those cost that are shown.

    total: tasks in the ledger. count: those that fit, whatever group they are in; by_group: those
    that would fit with that group alone. shown: of what fits. unindexed: how many tasks are not in
    the index of words yet, so that no word finds them. day: what the tasks cost that were started
    on a day, also those that have been deleted.
    """

    total: int = 0
    count: int = 0
    by_group: dict[TaskGroup, int] = {}
    shown: TaskSum = TaskSum()
    unindexed: int = 0
    day: TaskSum | None = None


class TaskReader:
    """Asks the ledger what tables show.

    It belongs to the thread of its first question, which opens it, but for `interrupt`. A question
    raises a LedgerError when the disk fails, InterruptedReadError when it was interrupted.
    """

    def __init__(self, ledger_path: Path) -> None:
        self.path = ledger_path
        self._connection: sqlite3.Connection | None = None
        self._is_anew = False
        self._kinds: dict[tuple[int, int], QuestionKind] = {}

    def interrupt(self) -> None:
        """End the question that is being answered, if any; from any thread."""
        connection = self._connection
        if connection is not None:
            with suppress(sqlite3.ProgrammingError):  # its own thread has just closed it
                connection.interrupt()

    def catch_up(self) -> int:
        """Take a batch of new texts into the index; returns how many tasks are missing in it yet.

        An index that has damage is made anew.
        """
        return self._ask(search_index.catch_up)

    def keys(
        self, task_filter: TaskFilter, order: Order, now_ms: int, most: int | None = None
    ) -> list[int]:
        """The keys of the tasks that fit, in order; newest first among equals. most: the first ones
        alone, which are there several times sooner than all."""
        conditions, values = _conditions(task_filter)
        conditions += _in_groups(task_filter)
        if any(by.column is SortColumn.HOST for by in order) and self._has_one_host():
            order = tuple(by for by in order if by.column is not SortColumn.HOST)
        if len(order) == 1 and order[0].column is SortColumn.STATUS and not conditions:
            return self._by_status(most, descending=order[0].descending)
        if not order and not conditions:
            return self._newest_first(most)
        if not order and conditions == [_HAS_WORDS]:
            sql = f"{_MATCHES} ORDER BY rowid DESC"
        elif len(order) == 1 and order[0].column in _PARTS and not conditions:
            sql = _merged(order[0])
        else:
            source = _source(order, is_whole=not conditions)
            sql = f"SELECT t.key AS key {source}{_where(conditions)}{_order_by(order)}"
        return self._keys(sql, values | {"now": now_ms}, most)

    def figures(
        self, task_filter: TaskFilter, found: int | None = None, day: Day | None = None
    ) -> Figures:
        """How many fit, by group, and what they cost together. found: how many have the words, as
        `keys` has just told. day: what it has cost is told, too."""
        with self._one_state():
            figures = self._figures(task_filter, found)
            return replace(figures, day=self._spent_on(*day)) if day is not None else figures

    def sum_of(self, keys: Sequence[int]) -> TaskSum:
        """What these tasks cost together."""
        return self._sum("t.key IN (SELECT value FROM json_each(:keys))", {"keys": json_of(keys)})

    def results(self, keys: Sequence[int], most_chars: int) -> list[str] | None:
        """The results of those of these tasks that have one, in this order; None where they are
        longer than that together."""
        values = {"keys": json_of(keys)}
        if self._rows(f"SELECT total(length(result)) {_RESULTS}", values)[0][0] > most_chars:
            return None
        found = dict(self._rows(f"SELECT key, result {_RESULTS}", values))
        return [found[key] for key in keys if key in found]

    def spent_on(self, day: str, from_ms: int, to_ms: int) -> TaskSum:
        """What the tasks cost together that were started on that day, which lasted from when to
        when (epoch ms), also those that have been deleted."""
        with self._one_state():
            return self._spent_on(day, from_ms, to_ms)

    def ended_before(self, before_ms: int) -> list[int]:
        """The keys of the tasks that ended before then (epoch ms), oldest first."""
        sql = "SELECT key FROM ledger.tasks WHERE ended_ms < :before_ms ORDER BY key"
        return self._keys(sql, {"before_ms": before_ms}, None)

    def plan_deletion(self, keys: Sequence[int], now_ms: int) -> DeletionPlan:
        """Which of these tasks may be deleted, what they cost, and why others stay."""
        asked = {"keys": json_of(keys), **deletion_times(now_ms)}
        going: list[int] = []
        kept: dict[KeptReason, int] = {}
        for status, is_over, has_call, count, found in self._rows(_BY_RULE, asked):
            reason = kept_because(status, is_over=bool(is_over), has_call=bool(has_call))
            if reason is None:
                going += msgspec.json.decode(found, type=list[int])
            else:
                kept[reason] = kept.get(reason, 0) + count
        return DeletionPlan(keys=tuple(sorted(going)), total=self.sum_of(going), kept=kept)

    def asked_questions(self, most: int) -> list[AskedQuestion]:
        """The last so many questions of all tasks, newest first."""
        return self._ask(lambda connection: asked_questions(connection, most, self._kinds))

    def purge(self) -> None:
        """Leave no word of what was deleted in the index."""
        self._ask(search_index.purge)

    def close(self) -> None:
        """Close the files; harmless when repeated. The next question would open them again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    # -- inside --------------------------------------------------------------------------------

    def _keys(self, sql: str, values: dict[str, Any], most: int | None) -> list[int]:
        """As one text: row by row it would take the interpreter from the window 100,000 times."""
        limited = f"{sql} LIMIT {-1 if most is None else most}"
        rows = self._rows(f"SELECT json_group_array(key) FROM ({limited})", values)  # noqa: S608 - own words
        return msgspec.json.decode(rows[0][0], type=list[int])

    def _newest_first(self, most: int | None) -> list[int]:
        """Keys are given in order: those of all tasks need not be read one after the other unless
        one between them was deleted."""
        oldest, newest, count = self._rows(_KEY_RANGE, {})[0]
        if not count:
            return []
        if newest - oldest + 1 == count:
            return list(range(newest, oldest - 1, -1)[:most])
        return self._keys("SELECT key FROM ledger.tasks ORDER BY key DESC", {}, most)

    def _by_status(self, most: int | None, *, descending: bool) -> list[int]:
        """One status after the other, each by its index; then those of a word of no version."""
        sql = "SELECT key FROM ledger.tasks WHERE status = :status ORDER BY key DESC"
        found: list[int] = []
        with self._one_state():
            for status in reversed(_STATUS_RANK) if descending else _STATUS_RANK:
                left = None if most is None else most - len(found)
                found += self._keys(sql, {"status": status}, left)
            left = None if most is None else most - len(found)
            found += self._keys(_OF_NO_STATUS, {}, left)
        return found

    def _has_one_host(self) -> bool:
        """As nearly everybody has: then nothing is sorted by it."""
        sql = "SELECT (SELECT min(base_url) {0}) IS (SELECT max(base_url) {0})"
        return bool(self._rows(sql.format("FROM ledger.sessions"), {})[0][0])

    def _figures(self, task_filter: TaskFilter, found: int | None) -> Figures:
        conditions, values = _conditions(task_filter)
        total = self._rows("SELECT count(*) FROM ledger.tasks", {})[0][0]
        unindexed = self._ask(search_index.missing)
        if _HAS_WORDS in conditions:
            if found is None:
                found = self._rows(f"SELECT count(*) FROM ({_MATCHES})", values)[0][0]  # noqa: S608 - own words
            conditions = _for_words(conditions, found, total, is_whole=not unindexed)
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
            shown=self._exact(shown, _where([*conditions, *_in_groups(task_filter)]), values),
            unindexed=unindexed,
        )

    def _spent_on(self, day: str, from_ms: int, to_ms: int) -> TaskSum:
        started = f"{STARTED} >= :from_ms AND {STARTED} < :to_ms"
        there = self._sum(started, {"from_ms": from_ms, "to_ms": to_ms})
        return there.plus(self._ask(lambda connection: sum_of_day(connection, day)))

    def _sum(self, condition: str, values: dict[str, Any]) -> TaskSum:
        rows = self._rows(f"{_SUMS}{_where([condition])} GROUP BY t.status, t.is_new", values)
        return self._exact(rows, _where([condition]), values)

    def _exact(self, rows: Sequence[Sequence[Any]], where: str, values: dict[str, Any]) -> TaskSum:
        """The sum of these rows, and what the nano-dollars of such tasks leave out."""
        total = _sum(rows)
        if total.cost:
            idle = self._rows(f"{_HAS_IDLED}{where.replace(' WHERE ', ' AND ', 1)} LIMIT 1", values)
            total = replace(total, has_idle=bool(idle))
        fine = self._rows(f"{_FINE_COSTS}{where.replace(' WHERE ', ' AND ', 1)}", values)
        rests = (EXACT.subtract(Decimal(cost), Decimal(nano) / NANO) for cost, nano in fine)
        return replace(total, cost=sum_exactly([total.cost, *rests])) if fine else total

    @contextmanager
    def _one_state(self) -> Iterator[None]:
        """What is asked meanwhile is answered of one state of the ledger."""
        self._ask(lambda connection: connection.execute("BEGIN"))
        try:
            yield
        finally:
            if self._connection is not None:
                self._connection.rollback()

    def _rows(self, sql: str, values: dict[str, Any]) -> list[Any]:
        return self._ask(lambda connection: connection.execute(sql, values).fetchall())

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Where the index has damage it is made anew, but not again before an answer came: then it
        is the ledger that has it."""
        with typed_errors(self.path):
            try:
                answer = question(self._opened())
            except sqlite3.DatabaseError as error:
                if self._is_anew or not search_index.is_damage(error):
                    raise
                self.close()
                search_index.drop_index(self.path)
                self._is_anew = True
                answer = question(self._opened())
            self._is_anew = False
            return answer

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = search_index.open_with_ledger(self.path)
        return self._connection


def _conditions(task_filter: TaskFilter) -> tuple[list[str], dict[str, Any]]:
    """All but the groups, and the values that they name."""
    words = _at_most(words_of(clean_text(task_filter.words)), MOST_WORDS)
    bounds = (
        (_HAS_WORDS, "words", _expression(words) if words else None),
        (f"{STARTED} >= :from_ms", "from_ms", task_filter.from_ms),
        (f"{STARTED} < :to_ms", "to_ms", task_filter.to_ms),
        ("t.cost_nano >= :cost_from", "cost_from", to_nano(task_filter.cost_from)),
        ("t.cost_nano <= :cost_to", "cost_to", to_nano(task_filter.cost_to)),
    )
    given = [bound for bound in bounds if bound[2] is not None]
    return [bound[0] for bound in given], {name: value for _, name, value in given}


def _for_words(conditions: list[str], found: int, total: int, *, is_whole: bool) -> list[str]:
    """So that it is quick where so many of all tasks have the words. is_whole: all tasks are in the
    index, and no others."""
    if found == total and is_whole:
        return [each for each in conditions if each is not _HAS_WORDS]
    if found * MANY > total:  # all tasks are read sooner in turn than those by key
        return [_HAS_MANY if each is _HAS_WORDS else each for each in conditions]
    return conditions


def _at_most(words: list[str], most: int) -> list[str]:
    """Those with so many words of the index in them: nothing interrupts a phrase of thousands."""
    kept = []
    for word in words:
        most -= len(_TOKEN.findall(word))
        if most < 0:
            break
        kept.append(word)
    return kept or [_TOKEN.findall(word)[0] for word in words[:1]]


def _expression(words: Sequence[str]) -> str:
    """Each word as it is, the last as a beginning; nothing in it is read as syntax."""
    quoted = " ".join('"{}"'.format(word.replace('"', '""')) for word in words)
    return f"{quoted}*"


def _in_groups(task_filter: TaskFilter) -> list[str]:
    if not task_filter.groups:
        return []
    statuses = [s for group in task_filter.groups for s in GROUP_STATUSES.get(group, ())]
    either = [f"t.{one_of('status', statuses)} AND NOT {_IS_CUT_OFF}"] if statuses else []
    either += [_IS_CUT_OFF] if TaskGroup.UNCONFIRMED in task_filter.groups else []
    either += ["t.is_new = 1"] if TaskGroup.NEW in task_filter.groups else []
    return [f"({' OR '.join(either)})"]


def _merged(by: SortBy) -> str:
    parts = (
        f"SELECT t.key AS key, {term} AS value FROM ledger.tasks t WHERE {condition}"  # noqa: S608 - own words
        for condition, term in _PARTS[by.column]
    )
    return f"{' UNION ALL '.join(parts)} ORDER BY value{' DESC' if by.descending else ''}, key DESC"


def _source(order: Order, *, is_whole: bool) -> str:
    """is_whole: of all tasks. Then the index of sessions leads, which SQLite would not know."""
    if not any(by.column in _OF_SESSION for by in order):
        return "FROM ledger.tasks t"
    if is_whole and order[0].column in {SortColumn.SESSION, SortColumn.SITE}:
        return "FROM ledger.sessions s CROSS JOIN ledger.tasks t ON t.session_key = s.key"
    return "FROM ledger.tasks t JOIN ledger.sessions s ON s.key = t.session_key"


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
    def total(column: int) -> int:
        return sum(row[column] or 0 for row in rows)

    cost = total(3) + Decimal(total(4)) / NANO
    return TaskSum(count=total(2), cost=cost, took_ms=total(5), untold=total(6))
