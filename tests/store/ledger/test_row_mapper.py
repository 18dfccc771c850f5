"""Every field of every record survives the ledger, whatever a service or a person puts into it."""

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.models import BrowserOptions, Limits, Session, Task, TaskSpec
from enigma_panel.core.observation import Usage
from enigma_panel.store.ledger.intents import Step
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.queries import SESSIONS, STEPS, TASKS
from enigma_panel.store.ledger.row_mapper import clean_text
from tests.kit.builders import new_task
from tests.kit.clock import NOW
from tests.store.helpers import (
    flat,
    kept_session,
    kept_task,
    make_lone_halves_visible,
    raw,
    start,
    started,
)

# Surrogates, NUL and all else that a Python string can hold.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=40)
NUMBERS = st.integers() | st.sampled_from([2**63 - 1, 2**63, -(2**63), 10**30])
AMOUNTS = st.decimals() | st.sampled_from(
    [Decimal("1E+999999"), Decimal("0.10"), Decimal("-0"), Decimal("1E-400"), Decimal("sNaN")]
)


def _some(record: type[Struct], **fixed: Any) -> st.SearchStrategy[Any]:
    """Also the fields that have a default, which `builds` leaves out unless they are named."""
    return st.builds(record, **dict.fromkeys(record.__struct_fields__, ...) | fixed)


for plain, strategy in ((str, TEXTS), (int, NUMBERS), (Decimal, AMOUNTS)):
    st.register_type_strategy(plain, strategy)

SPECS = _some(TaskSpec, limits=_some(Limits), browser=_some(BrowserOptions))
SESSION_RECORDS = _some(Session, key=st.just(0), number=st.just(0), current_task=st.none())
TASK_RECORDS = _some(Task, key=st.just(0), session_key=st.just(0), spec=SPECS, usage=_some(Usage))

MANY = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(session=SESSION_RECORDS, task=TASK_RECORDS)
@MANY
def test_every_field_comes_back(ledger: Ledger, session: Session, task: Task) -> None:
    intent = start(ledger, session, task)
    assert intent.task is not None
    expected = replace(
        session, key=intent.session.key, number=intent.session.number, current_task=intent.task.key
    )
    assert flat(intent.session) == flat(expected)
    assert flat(kept_session(ledger, intent.session.key)) == flat(expected)
    asked = replace(task, key=intent.task.key, session_key=intent.session.key)
    assert flat(intent.task) == flat(asked)
    assert flat(kept_task(ledger, intent.task.key)) == flat(asked)


@given(session=SESSION_RECORDS, task=TASK_RECORDS)
@MANY
def test_an_update_overwrites_every_field(ledger: Ledger, session: Session, task: Task) -> None:
    intent = start(ledger)
    assert intent.task is not None
    new_task = replace(task, key=intent.task.key, session_key=intent.session.key)
    new_session = replace(session, key=intent.session.key, site="other", number=intent.session.key)
    ledger.save(new_session, new_task)
    assert flat(kept_session(ledger, new_session.key)) == flat(new_session)
    assert flat(kept_task(ledger, new_task.key)) == flat(new_task)


@given(text=TEXTS)
@MANY
def test_a_text_is_cleaned_only_of_lone_halves(text: str) -> None:
    assert clean_text(text) == make_lone_halves_visible(text)


def test_the_odd_characters_by_name(ledger: Ledger) -> None:
    text = "NUL \0, pair \ud83d\ude00, halves \ud83d \ude00, BOM \ufeff, \U0010ffff, \r\n"
    task = started(ledger, task=new_task(text))
    assert task.spec.text == "NUL \0, pair 😀, halves � �, BOM \ufeff, \U0010ffff, \r\n"
    assert kept_task(ledger, task.key) == task


def test_the_tables_have_exactly_the_columns_of_the_records(ledger: Ledger) -> None:
    with raw(ledger.path) as connection:
        for table, derived in (
            (SESSIONS, {"name_folded"}),
            (TASKS, {"cost_nano", "texts_folded"}),
            (STEPS, set()),
        ):
            info = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
            assert {row[1] for row in info} == set(table.columns) | derived
            assert len(set(table.columns)) == len(table.columns)


def test_steps_come_back_in_their_order_and_only_the_last(ledger: Ledger) -> None:
    task = started(ledger)
    other = started(ledger)
    key = task.key
    ledger.save(
        steps=[Step(task_key=key, at_ms=NOW - n, kind="sent", text=f"n {n}") for n in range(9)]
    )
    ledger.save(steps=[Step(task_key=other.key, at_ms=NOW, kind="agent", text="\ud800")])
    steps = ledger.steps(task.key, limit=3)
    assert [step.text for step in steps] == ["n 6", "n 7", "n 8"]
    assert [step.at_ms for step in steps] == [NOW - 6, NOW - 7, NOW - 8]
    assert [(s.task_key, s.kind, s.text) for s in ledger.steps(other.key)] == [
        (other.key, "agent", "�")
    ]
