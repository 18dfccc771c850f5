"""'Before that': what the agent did last stands in the question dialog, and disturbs nothing."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.questions.card import LATE_MS, STEPS_READ, preceding_text
from enigma_panel.ui.questions.dialog import QuestionDialog
from tests.conftest import LogWatch
from tests.kit.clock import NOW
from tests.kit.person import click, type_text
from tests.kit.question_pages import form_of, free_text
from tests.kit.world import World
from tests.ui.questions.test_dialog import LOGIN, MAY_I, WHICH, arm, ask

ASKED = NOW - 5_000
"""When the questions of this test were asked."""


def told(world: World, task_key: int = 1) -> None:
    """An agent told four steps before it asked."""
    for n, (kind, text) in enumerate(
        (
            ("agent", "I look for hubs"),
            ("action", "sort_list: by price"),
            ("response_update", "Put the hub in the cart"),
            ("action", "open_page: checkout"),
        )
    ):
        world.timeline.add(task_key, kind, text, ASKED - 4_000 + n * 1_000)


BEFORE = "Before: sort list: by price, opening checkout"


def steps(*rows: tuple[str, str, int]) -> list[Step]:
    return [Step(kind=kind, text=text, at_ms=at) for kind, text, at in rows]


# -- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), ""),
        ((("accepted", "", 1), ("question", "May I?", 2), ("live_gap", "1", 2)), ""),
        ((("agent", "I think", 1), ("response_update", "I say", 1)), ""),
        (tuple(("action", f"do_{n}", n) for n in range(9)), "Before: do 7, do 8"),
        ((("action", "click_element: Add to cart", 1),), "Before: clicking Add to cart"),
        ((("action", "a", 1), ("pause_sent", "", 2), ("action", "b", 3)), "Before: a, b"),
        ((("action", "a", 100 + LATE_MS), ("action", "b", 101 + LATE_MS)), "Before: a"),
        ((("action", "<b>x</b>\n\u202ey {z}", 1),), "Before: <b>x</b> y {z}"),
    ],
)
def test_what_it_did_last_before_the_question(
    rows: tuple[tuple[str, str, int], ...], words: str
) -> None:
    assert preceding_text(steps(*rows), 100) == words


def test_an_action_of_many_pages_is_cut() -> None:
    long = steps(*[("action", "word " * 400_000, 1)] * 3)
    assert len(preceding_text(long, 100)) < 250


# -- in the window --------------------------------------------------------------------------------


async def test_they_stand_beside_the_age_of_the_question(
    world: World, dialog: QuestionDialog
) -> None:
    told(world)
    ask(world, dialog, WHICH)
    await world.settle()
    assert dialog.card.before.text() == BEFORE
    assert dialog.card.before.accessibleName() == BEFORE
    assert dialog.card.before.isVisible()
    assert world.timeline.asked == [(1, STEPS_READ)]


async def test_nothing_stands_there_where_nothing_is_known(
    world: World, dialog: QuestionDialog
) -> None:
    ask(world, dialog, WHICH)
    await world.settle()
    assert dialog.card.before.text() == ""


@pytest.mark.parametrize("question", [LOGIN, WHICH, MAY_I, "Buy it for $49.99?\n" * 30])
async def test_their_arrival_moves_nothing_and_disarms_nothing(
    world: World, dialog: QuestionDialog, question: str
) -> None:
    for _ in range(3):
        world.timeline.add(1, "action", "an endless action " * 200, ASKED - 1)
    world.timeline.gate = asyncio.Event()
    ask(world, dialog, question)
    await arm(world, dialog)
    before = _places(dialog)
    world.timeline.gate.set()
    await world.settle()
    assert dialog.card.before.text() != ""
    assert dialog.is_armed()
    await asyncio.sleep(0.05)
    dialog.fit()
    assert _places(dialog) == before
    assert dialog.is_armed()


def _places(dialog: QuestionDialog) -> list[tuple[int, int, int, int]]:
    rects = [dialog.geometry()]
    for button in dialog.findChildren(QPushButton):
        at = button.mapTo(dialog, button.rect().topLeft())
        rects.append(button.rect().translated(at))
    return [(rect.x(), rect.y(), rect.width(), rect.height()) for rect in rects]


async def test_the_question_can_be_answered_before_they_come(
    world: World, dialog: QuestionDialog
) -> None:
    told(world)
    world.timeline.gate = asyncio.Event()
    ask(world, dialog, WHICH)
    await arm(world, dialog)
    form = form_of(dialog)
    type_text(free_text(form).text, "the blue one")
    click(dialog.foot.send_button)
    for _ in range(10):
        await asyncio.sleep(0.005)
    assert [answer.text for answer in world.inbox.answered] == ["the blue one"]
    world.timeline.gate.set()
    await world.settle()
    assert not dialog.isVisible()


async def test_those_of_another_question_are_dropped(world: World, dialog: QuestionDialog) -> None:
    told(world, 1)
    slow = world.timeline.gate = asyncio.Event()
    ask(world, dialog, WHICH, 1)
    await asyncio.sleep(0.01)
    world.timeline.gate = None
    second = world.sessions.add_asking(2, MAY_I)
    world.inbox.ask(second)
    world.timeline.add(2, "action", "read_page", ASKED)
    dialog.ask_now(second)
    await asyncio.sleep(0.01)
    assert dialog.card.before.text() == "Before: read page"
    slow.set()
    await world.settle()
    assert dialog.card.before.text() == "Before: read page"


async def test_another_question_begins_without_them(world: World, dialog: QuestionDialog) -> None:
    told(world, 1)
    ask(world, dialog, WHICH, 1)
    await world.settle()
    world.timeline.gate = asyncio.Event()
    ask(world, dialog, MAY_I, 2)
    await asyncio.sleep(0.01)
    assert dialog.card.before.text() == ""
    world.timeline.gate.set()
    await world.settle()
    assert dialog.card.before.text() == ""


async def test_a_ledger_that_cannot_be_read_is_no_matter(
    world: World, dialog: QuestionDialog, log_watch: LogWatch
) -> None:
    log_watch.allow("no steps before a question: broken")
    told(world)
    world.timeline.error = LedgerError(Path("/ledger"), "broken")
    ask(world, dialog, WHICH)
    await world.settle()
    assert dialog.card.before.text() == ""
    assert len(log_watch.lines) == 1
    await arm(world, dialog)
    assert dialog.is_armed()


async def test_a_tip_tells_what_has_no_room(world: World, dialog: QuestionDialog) -> None:
    for n in range(3):
        world.timeline.add(1, "action", f"<b>action</b> {n} " * 10, ASKED)
    ask(world, dialog, WHICH)
    await world.settle()
    tip = dialog.card.before.toolTip()
    assert tip.startswith("<span>Before: &lt;b&gt;action")
