"""What tables show of the ledger: filter, order, counts and sums, against plain Python."""

import unicodedata
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from functools import reduce
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus, Usage, has_idled
from enigma_panel.core.money import NANO, to_nano
from enigma_panel.core.observation import UNSENT
from enigma_panel.core.task_filter import (
    GROUP_STATUSES,
    NEWEST_FIRST,
    NO_FILTER,
    SortBy,
    SortColumn,
    TaskFilter,
    TaskGroup,
    TaskSum,
)
from enigma_panel.store.ledger import task_reader
from enigma_panel.store.ledger.errors import ReadOnlyLedgerError
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.task_reader import TaskReader
from enigma_panel.ui.text.states import task_status_text
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW
from tests.kit.ledgers import open_ledger
from tests.store.helpers import raw, spent_on, start, started

G, C = TaskGroup, SortColumn
LETTERS = "aàÄbßlłoøÖеЕёж5½ .,-\"*:()'%_\\\0😀\u200f"
TEXTS = st.text(LETTERS, max_size=12)


@pytest.fixture
def reader(ledger: Ledger) -> Iterator[TaskReader]:
    with closing(TaskReader(ledger.path)) as one:
        yield one


def found(reader: TaskReader, words: str = "", **conditions: Any) -> list[int]:
    return reader.keys(TaskFilter(words=words, **conditions), NEWEST_FIRST, NOW)


# -- against plain Python --------------------------------------------------------------------------


def plain(text: str) -> str:
    """Without case and accents, character by character."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold()


def fits(task: Task, session: Session, task_filter: TaskFilter) -> bool:
    fields = (task.spec.text, task.result, task.error, task.question, session.site, session.name)
    texts = [plain(field or "") for field in fields]
    words = plain(task_filter.words.replace("\0", " ")).split()
    groups = task_filter.groups
    is_cut_off = task_status_text(task, session).word == "Unconfirmed"
    status = TaskStatus.UNCONFIRMED if is_cut_off else task.status
    is_in = any(
        task.is_new if group is G.NEW else status in GROUP_STATUSES[group] for group in groups
    )
    started_ms = task.sent_ms or task.created_ms
    return (
        all(any(word in text for text in texts) for word in words)
        and (is_in or not groups)
        and (task_filter.from_ms is None or started_ms >= task_filter.from_ms)
        and (task_filter.to_ms is None or started_ms < task_filter.to_ms)
        and (task.question_n > 0 or not task_filter.has_asked)
    )


def sort_text(text: str) -> bytes:
    shown = text[:40].partition("\0")[0].encode()
    return bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in shown)


def sort_key(task: Task, session: Session, column: SortColumn) -> Any:
    told: dict[SortColumn, Any] = {
        C.STATUS: task_reader._STATUS_RANK.index(task.status),
        C.TASK: sort_text(task.spec.text),
        C.RESULT: sort_text(
            next((t for t in (task.result, task.error, task.question) if t is not None), "")
        ),
        C.COST: to_nano(task.counted_cost),
        C.TOOK: took_ms(task),
        C.ENDED: task.ended_ms,
        C.TOKENS_IN: task.usage.tokens_in,
        C.TOKENS_OUT: task.usage.tokens_out,
        C.STARTED: task.sent_ms,
        C.SESSION: (*name_key(session.site), session.number),
        C.SITE: session.site.encode(),
    }
    return (False,) if told[column] is None else (True, told[column])


def took_ms(task: Task) -> int | None:
    if task.status is TaskStatus.QUEUED or task.code in UNSENT:
        return None
    end = NOW if task.ended_ms is None else task.ended_ms
    return end - (task.created_ms if task.sent_ms is None else task.sent_ms)


def name_key(text: str) -> tuple[bytes, int]:
    """As NOCASE compares: up to a NUL, then by length."""
    whole = text.encode()
    head = whole.partition(b"\0")[0]
    return bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in head), len(whole)


TIMES = st.none() | st.integers(NOW, NOW + 5)
FINE = st.decimals(0, 3, places=17) | st.sampled_from([Decimal("1E-50"), Decimal("0.1234567891")])
COSTS = (
    st.none() | st.decimals(0, 3, places=4) | FINE | st.sampled_from([Decimal("NaN"), Decimal(-1)])
)
TASKS = st.builds(
    lambda text, tokens, cost, **facts: new_task(
        spec=TaskSpec(text=text),
        usage=Usage(cost=cost, tokens_in=tokens[0], tokens_out=tokens[1]),
        **facts,
    ),
    text=TEXTS,
    tokens=st.tuples(*[st.none() | st.integers(0, 3)] * 2),
    code=st.none() | st.sampled_from(sorted(UNSENT)),
    cost=COSTS,
    result=st.none() | TEXTS,
    error=st.none() | TEXTS,
    question=st.none() | TEXTS,
    question_n=st.integers(0, 2),
    status=st.sampled_from(TaskStatus),
    is_new=st.booleans(),
    sent_ms=TIMES,
    ended_ms=TIMES,
    waited_ms=st.none() | st.integers(-1, 3),
    asked_ms=st.none() | st.integers(NOW - 5, NOW + 1),
    answered_ms=st.none() | st.just(NOW),
)
FILTERS = st.just(NO_FILTER) | st.builds(
    TaskFilter,
    words=TEXTS,
    groups=st.frozensets(st.sampled_from(G), max_size=2),
    from_ms=TIMES,
    to_ms=TIMES,
    has_asked=st.booleans(),
)
ORDERS = st.lists(st.builds(SortBy, st.sampled_from(C), st.booleans()), max_size=1).map(tuple)
EACH_ALONE = [(NO_FILTER, (SortBy(column, down),)) for column in C for down in (False, True)]
"""Without a filter most have a way of their own."""
ENDED = {"phase": Phase.EXPIRED_ASSUMED, "ended_ms": NOW}
SESSIONS = st.tuples(
    st.sampled_from(["shop.example", "bäckerei.example"]), st.sampled_from([{}, ENDED])
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(TASKS, SESSIONS), max_size=6),
    changes=st.lists(st.tuples(st.integers(0, 5), TASKS, SESSIONS), max_size=4),
    asked=st.lists(st.tuples(FILTERS, ORDERS), min_size=1, max_size=4),
)
def test_what_is_shown_is_a_plain_filter_and_sort_over_the_ledger(
    tmp_path_factory: pytest.TempPathFactory, rows: Any, changes: Any, asked: Any
) -> None:
    path = tmp_path_factory.mktemp("any") / "ledger.sqlite3"
    with open_ledger(path) as ledger, closing(TaskReader(path)) as reader:
        keys = []
        for task, (site, facts) in rows:
            intent = start(ledger, new_session(site=site, base_url=f"https://{site}"), task)
            assert intent.task is not None
            ledger.save(replace(intent.task, **_facts(task)), replace(intent.session, **facts))
            keys.append(intent.task.key)
        for place, task, (_, facts) in changes:
            if place < len(keys):
                known = ledger.tasks([keys[place]])[keys[place]]
                session = ledger.sessions([known.session_key])[known.session_key]
                ledger.save(replace(known, **_facts(task)), replace(session, **facts))
        tasks = ledger.tasks(keys)
        sessions = ledger.sessions(task.session_key for task in tasks.values())
        for task_filter, order in [*asked, *EACH_ALONE]:
            kept = [t for t in tasks.values() if fits(t, sessions[t.session_key], task_filter)]
            kept.sort(key=lambda task: -task.key)
            figures = reader.figures(task_filter)
            assert figures.shown.cost * NANO == sum(to_nano(t.counted_cost) or 0 for t in kept)
            assert figures.shown.count == len(kept)
            for by in order:  # equals stay newest first, both ways
                kept.sort(
                    key=lambda t, by=by: sort_key(t, sessions[t.session_key], by.column),
                    reverse=by.descending,
                )
            assert reader.keys(task_filter, order, NOW) == [task.key for task in kept]


def _facts(task: Task) -> dict[str, Any]:
    names = ("spec", "usage", "result", "error", "question", "status", "is_new", "sent_ms", "code")
    waits = ("waited_ms", "question_n", "asked_ms", "answered_ms")
    return {name: getattr(task, name) for name in (*names, "ended_ms", *waits)}


# -- words -----------------------------------------------------------------------------------------


def test_all_words_must_occur_in_it_wherever(ledger: Ledger, reader: TaskReader) -> None:
    session = replace(start(ledger).session, site="Büro.com")
    ledger.save(session)
    task = replace(
        ledger.tasks([1])[1], result="109,99 €, in stock", error="Nothing", question="Which Keys?"
    )
    ledger.save(task)
    started(ledger, task=new_task("something else"))
    for words in ("hub", "ub B-C", "CHEAPEST buro", "buro.com ke", "nothing 109", "com € stock"):
        assert found(reader, words) == [1], words
    for words in ("hubs", "cheapesthub", "buy else", "buro.com 2", "stocknothing"):
        assert found(reader, words) == [], words


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "%",
        "_",
        "h%b",
        "h_b",
        "\\",
        "*",
        "NEAR(",
        "-",
        "a:b",
        "AND",
        "hub OR x",
        "text:hub",
        "^hub",
        "{hub}",
        "x" * 10_000,
        "\0",
    ],
)
def test_what_looks_like_syntax_is_plain_words(
    ledger: Ledger, reader: TaskReader, words: str
) -> None:
    other = started(ledger, task=new_task("a hub")).key
    key = started(ledger, task=new_task(f"something with {words}")).key
    assert found(reader, words) == ([key] if words.strip("\0") else [key, other])


def test_more_words_than_anybody_types_are_not_looked_for(
    ledger: Ledger, reader: TaskReader
) -> None:
    key = started(ledger, task=new_task(" ".join(map(str, range(50))))).key
    assert found(reader, " ".join([*map(str, range(50)), "else"])) == [key]
    assert found(reader, " ".join([*["1"] * 2_000, "else"])) == []


def test_results_come_in_the_order_in_which_they_are_asked_for(
    ledger: Ledger, reader: TaskReader
) -> None:
    keys = [started(ledger, task=new_task(result=text)).key for text in ("one", None, "", "two")]
    assert reader.results([keys[3], 99, *keys], 100) == ["two", "one", "two"]
    assert reader.results(keys, 6) == ["one", "two"]
    assert reader.results(keys, 5) is None
    assert reader.results([], 0) == []


# -- counts and sums -------------------------------------------------------------------------------


def test_groups_are_counted_under_the_other_filters(ledger: Ledger, reader: TaskReader) -> None:
    for n, status in enumerate(TaskStatus):
        started(ledger, task=new_task(f"hub {status.value}", status=status, is_new=n % 2 == 0))
    started(ledger, task=new_task("else", status=TaskStatus.DONE))
    failed = TaskFilter(words="hub", groups=frozenset({G.FAILED}))
    figures = reader.figures(failed)
    n = len(TaskStatus)
    assert (figures.total, figures.count, figures.shown.count) == (n + 1, n, 2)
    parts = {G.NEW, G.ONLY_FAILED, G.LOST}
    assert sum(count for group, count in figures.by_group.items() if group not in parts) == n
    assert (figures.by_group[G.NEW], figures.by_group[G.WORKING]) == (-(-n // 2), 3)


def test_tasks_that_asked_are_found_whatever_their_status(
    ledger: Ledger, reader: TaskReader
) -> None:
    facts = ((TaskStatus.DONE, 2), (TaskStatus.DONE, 0), (TaskStatus.ASKS, 1))
    keys = [started(ledger, task=new_task(status=s, question_n=n)).key for s, n in facts]
    asked = TaskFilter(has_asked=True)
    assert reader.keys(asked, NEWEST_FIRST, NOW) == [keys[2], keys[0]]
    assert reader.figures(asked).by_group[G.DONE] == 1


def test_a_task_counts_to_the_group_that_its_row_names(ledger: Ledger, reader: TaskReader) -> None:
    of_open = started(ledger, task=new_task("a", status=TaskStatus.ASKS))
    of_ended = started(ledger, task=new_task("b", status=TaskStatus.ASKS, is_new=True))
    session = ledger.sessions([of_ended.session_key])[of_ended.session_key]
    ledger.save(replace(session, **ENDED))
    by_group = reader.figures(NO_FILTER).by_group
    assert {group: n for group, n in by_group.items() if n} == dict.fromkeys(
        (G.ASKS, G.UNCONFIRMED, G.NEW), 1
    )
    for group, task in ((G.ASKS, of_open), (G.UNCONFIRMED, of_ended)):
        asked = TaskFilter(groups=frozenset({group}))
        assert reader.keys(asked, NEWEST_FIRST, NOW) == [task.key]
        assert reader.figures(asked).shown.count == 1


def test_a_sum_is_exact_to_a_nano_dollar(ledger: Ledger, reader: TaskReader) -> None:
    costs = ["0.30000000000000004", "0.1234567894999", "0.12345678951", "1E-50", "2.5", "1E-7"]
    exact, odd = Decimal("3.046913679"), Decimal("0.123456889")
    for at, cost in enumerate(costs):
        facts = {"status": TaskStatus.DONE if at % 2 else TaskStatus.FAILED, "sent_ms": NOW}
        started(ledger, task=new_task(usage=Usage(cost=Decimal(cost)), **facts))
    assert reader.sum_of(range(1, 7)).cost == spent_on(reader, NOW, NOW + 1).cost == exact
    assert reader.figures(NO_FILTER).shown.cost == exact
    done = TaskFilter(groups=frozenset({G.DONE}))
    assert reader.figures(done).shown.cost == odd
    assert spent_on(reader, NOW + 1, NOW + 2).cost == spent_on(reader, 0, NOW).cost == 0


def test_sums_are_exact_and_say_what_is_untold(ledger: Ledger, reader: TaskReader) -> None:
    def task(cost: str | None, **facts: Any) -> int:
        usage = Usage(cost=None if cost is None else Decimal(cost))
        told = {"sent_ms": NOW, "service_id": "t", "status": TaskStatus.DONE, **facts}
        return started(ledger, task=new_task(usage=usage, **told)).key

    costs = ("1000000", "1000000", "0.000000001", "0.1", "0.2")
    keys = [task(cost, ended_ms=NOW + 1_000) for cost in costs]
    keys += [task(None), task("NaN"), task("-1"), task("1e309")]
    unsure = TaskStatus.UNCONFIRMED, TaskStatus.LOST
    keys += [task(None, status=status, sent_ms=None, service_id=None) for status in unsure]
    task(None, status=TaskStatus.FAILED, service_id=None)
    task(None, status=TaskStatus.QUEUED, sent_ms=None, service_id=None)
    exact = Decimal("2000000.300000001")
    assert reader.sum_of(keys) == TaskSum(count=11, cost=exact, took_ms=5_000, unknown=6)
    assert reader.sum_of([]) == TaskSum()
    assert reader.figures(NO_FILTER).shown.unknown == 6
    assert spent_on(reader, NOW, NOW + 1).cost == exact
    nano = [int(Decimal(cost) * NANO) for cost in costs]
    assert ledger.costs_of_day(NOW, NOW + 1) == dict(zip(keys, nano, strict=False))
    assert spent_on(reader, NOW + 1, NOW + 2) == TaskSum()
    at_work = [task(cost, status=TaskStatus.ASKS) for cost in ("0.5", None)]
    assert reader.sum_of(at_work) == TaskSum(count=2, cost=Decimal("0.5"), running=2, unreported=1)
    assert ledger.costs_of_day(NOW + 1, NOW + 2) == {}


def test_the_ledger_is_only_read(ledger: Ledger, reader: TaskReader) -> None:
    found(reader)
    with pytest.raises(ReadOnlyLedgerError):
        reader._rows("DELETE FROM steps", {})


def test_a_task_whose_status_no_version_wrote_is_in_every_order(
    ledger: Ledger, reader: TaskReader
) -> None:
    keys = [started(ledger).key for _ in range(3)]
    with raw(ledger.path) as connection:
        connection.execute("UPDATE tasks SET status = 'asleep' WHERE key = ?", keys[1:2])
    for _, order in EACH_ALONE:
        assert sorted(reader.keys(NO_FILTER, order, NOW)) == keys
    by_status = (SortBy(C.STATUS),)
    assert reader.keys(NO_FILTER, by_status, NOW) == [keys[2], keys[0], keys[1]]


def test_keys_may_be_as_far_apart_as_can_be(ledger: Ledger, reader: TaskReader) -> None:
    started(ledger)
    last = started(ledger).key
    with raw(ledger.path) as connection:
        connection.execute("UPDATE tasks SET key = -5 WHERE key = ?", (last,))
        connection.execute("UPDATE tasks SET key = ? WHERE key > 0", (2**63 - 1,))
    assert reader.keys(NO_FILTER, NEWEST_FIRST, NOW) == [2**63 - 1, -5]


CLOSED_LATER = {"phase": Phase.CLOSED, "ended_ms": NOW + 9_000}


@pytest.mark.parametrize(
    ("of_session", "of_task", "idled"),
    [
        ({}, {}, True),
        ({}, {"ended_ms": None, "status": TaskStatus.WORKING}, False),
        ({"phase": Phase.CLOSED, "ended_ms": NOW + 2_000}, {}, False),
        (CLOSED_LATER, {}, True),
        (CLOSED_LATER | {"terminate_sent_ms": NOW + 1_000}, {}, False),
        (CLOSED_LATER | {"close_after": True}, {}, False),
        (CLOSED_LATER | {"close_after": True}, {"status": TaskStatus.FAILED}, True),
        ({"phase": Phase.EXPIRED_ASSUMED, "ended_ms": NOW + 60_000}, {}, True),
        ({"service_id": None}, {}, False),
        ({}, {"sent_ms": None}, False),
    ],
)
def test_a_sum_says_that_a_session_of_it_has_idled_as_its_row_does(
    ledger: Ledger,
    reader: TaskReader,
    of_session: dict[str, Any],
    of_task: dict[str, Any],
    idled: bool,
) -> None:
    task = started(ledger)
    session = ledger.sessions([task.session_key])[task.session_key]
    ends = {"sent_ms": NOW - 9_000, "ended_ms": NOW, "status": TaskStatus.DONE}
    cost = Usage(cost=Decimal("0.1"))
    opened: dict[str, Any] = {"phase": Phase.OPEN, "service_id": "s", "close_after": False}
    session = replace(session, **opened | of_session)
    task = replace(task, usage=cost, **ends | of_task)
    ledger.save(session, task)
    assert has_idled(session, task) is idled
    assert reader.sum_of([task.key]).has_idle is idled
    assert reader.figures(NO_FILTER).shown.has_idle is idled
    assert not reader.sum_of([]).has_idle


# -- costs by day ----------------------------------------------------------------------------------

THREE_DAYS = [(NOW + n * 86_400_000, NOW + (n + 1) * 86_400_000) for n in range(3)]


def _some_tasks(ledger: Ledger, seed: int) -> None:
    """Tasks of all kinds, of the three days and around them, in sessions that end and idle."""
    random = Random(seed)
    for _ in range(80):
        at = NOW + random.randrange(-3_600_000, 3 * 86_400_000 + 3_600_000)
        cost = random.choice([None, "0", "0.1", "0.123456789", "-1", str(random.random())])
        times = {"created_ms": at, "sent_ms": random.choice([None, at]), "ended_ms": at + 60_000}
        task = started(
            ledger,
            task=new_task(
                status=random.choice(list(TaskStatus)),
                usage=Usage(cost=None if cost is None else Decimal(cost)),
                **times,
            ),
        )
        session = ledger.sessions([task.session_key])[task.session_key]
        ends = random.choice(
            [{"phase": Phase.OPEN}, ENDED, {"phase": Phase.CLOSED, "ended_ms": at}]
        )
        ledger.save(replace(session, service_id="s", close_after=random.random() < 0.5, **ends))


@pytest.mark.parametrize("seed", range(5))
def test_what_days_cost_is_what_the_tables_filter_says(
    ledger: Ledger, reader: TaskReader, seed: int
) -> None:
    _some_tasks(ledger, seed)
    for day in reader.costs_of(THREE_DAYS):
        times = {"from_ms": day.day[0], "to_ms": day.day[1]}
        for group in set(G) - {G.NEW}:
            parts = [day.by_status.get(status, TaskSum()) for status in GROUP_STATUSES[group]]
            total = reduce(TaskSum.plus, parts)
            total = total if total.cost else replace(total, has_idle=False)
            there = TaskFilter(groups=frozenset({group}), **times)
            assert total == reader.figures(there).shown
        assert reduce(TaskSum.plus, day.by_status.values()).cost == spent_on(reader, *day.day).cost
