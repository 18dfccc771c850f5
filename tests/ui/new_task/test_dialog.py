"""'New task'."""

import asyncio

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from enigma_panel.core.models import NO_LIMITS, Limits, Phase, TaskSpec, TaskStatus
from enigma_panel.core.service_rules import Dialect, Field
from enigma_panel.services.sessions import NoKeyError
from enigma_panel.services.types import KeyState
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.new_task.session_picker import NEW_CLOSED, NEW_KEPT, TargetSession
from enigma_panel.ui.widgets.inputs import LineEdit, TextEdit
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.fakes import Started
from tests.kit.person import CTRL, ENTER, SHIFT, click, key, shown_texts, type_text
from tests.kit.world import World
from tests.ui.new_task.conftest import shown

UP, DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down


class Opened:
    """Counts how often the key dialog was asked for."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def key_opened() -> Opened:
    return Opened()


@pytest.fixture
def dialog(world: World, key_opened: Opened) -> NewTaskDialog:
    return NewTaskDialog(world.services, None, key_opened)


async def test_a_text_is_all_it_takes(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.task.field, " List keyboards ")
    key(dialog.task.field, ENTER, CTRL)
    await world.settle()
    spec = TaskSpec(text="List keyboards", close_after=True)
    assert world.sessions.started == [Started(spec, None, one_call=False)]
    assert not dialog.isVisible()
    assert dialog.task.field.text() == ""


async def test_enter_in_a_field_starts_nothing(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.task.field, "x")
    key(dialog.task.field, ENTER)
    type_text(dialog.place.starting_url, "https://a.example")
    key(dialog.place.starting_url, ENTER)
    await world.settle()
    assert world.sessions.started == []
    assert dialog.task.field.text() == "x\n"


async def test_everything_that_can_be_typed_arrives(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.task.field, "List keyboards")
    type_text(dialog.place.starting_url, "https://amazon.com")
    dialog.place.run_in.setCurrentIndex(1)
    click(dialog.limits.more_button)
    form = dialog.limits
    type_text(form.numbers[Field.TIME_LIMIT], "120")
    type_text(form.numbers[Field.INPUT_TOKENS], "50,000")
    type_text(form.numbers[Field.OUTPUT_TOKENS], "0")
    type_text(form.avoid_domains, "Ebay.com, etsy.com")
    form.one_call.click()
    click(dialog.start_button)
    await world.settle()
    limits = Limits(
        max_duration_ms=120_000,
        max_input_tokens=50_000,
        max_output_tokens=0,
        avoid_domains=("ebay.com", "etsy.com"),
    )
    spec = TaskSpec(
        text="List keyboards", starting_url="https://amazon.com", limits=limits, close_after=False
    )
    assert world.sessions.started == [Started(spec, None, one_call=True)]


BAD = [
    ("task", "  ", "Enter what the agent should do."),
    ("task", "x" * 20_001, "The limit is 20,000"),
    ("starting_url", "amazon.com", "https://amazon.com"),
    ("starting_url", "file:///etc/passwd", "not file:"),
    ("time_limit", "301", "1 to 300"),
    ("input_tokens", "100001", "0 to 100,000"),
    ("output_tokens", "-1", "0 to 100,000"),
    ("avoid_domains", "ads", "“ads” is not a domain"),
]


@pytest.mark.parametrize(("name", "typed", "words"), BAD)
async def test_a_mistake_is_named_beside_its_field(
    world: World, dialog: NewTaskDialog, name: str, typed: str, words: str
) -> None:
    await shown(world, dialog)
    dialog.task.field.setPlainText("Good text")
    field = dialog.field_widgets()[Field(name)]
    if isinstance(field, TextEdit):
        field.setPlainText(typed)
    else:
        assert isinstance(field, LineEdit)
        field.setText(typed)
    click(dialog.start_button)
    await world.settle()
    assert words in field.accessibleDescription()
    assert field.hasFocus()
    assert field.isVisible()
    assert field.text() == typed
    assert world.sessions.started == []
    assert dialog.isVisible()


async def test_all_mistakes_are_named_and_the_first_gets_the_focus(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    dialog.task.field.setPlainText("x")
    dialog.place.starting_url.setText("ftp://x.example")
    dialog.limits.numbers[Field.TIME_LIMIT].setText("900")
    click(dialog.start_button)
    assert dialog.place.starting_url.hasFocus()
    assert dialog.limits.numbers[Field.TIME_LIMIT].accessibleDescription()
    type_text(dialog.place.starting_url, "/")
    assert dialog.place.starting_url.accessibleDescription() == ""


async def test_start_and_add_another_clears_and_says_so(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    type_text(dialog.task.field, "First")
    dialog.limits.numbers[Field.TIME_LIMIT].setText("60")
    key(dialog.task.field, ENTER, CTRL | SHIFT)
    await world.settle()
    assert dialog.isVisible()
    assert dialog.notice.text() == "Started “First”."
    assert dialog.task.field.text() == ""
    assert dialog.task.field.hasFocus()
    assert dialog.limits.numbers[Field.TIME_LIMIT].text() == "60"


async def test_arrows_bring_earlier_texts_back(world: World, dialog: NewTaskDialog) -> None:
    world.sessions.texts = ["newest", "older\nof two lines", "oldest"]
    await shown(world, dialog)
    field = dialog.task.field
    assert dialog.task.keys_hint.text()
    key(field, UP)
    assert field.text() == "newest"
    assert dialog.task.keys_hint.text()
    key(field, UP)
    assert field.text() == "older\nof two lines"
    key(field, UP)
    assert field.text() == "oldest"
    key(field, UP)
    assert field.text() == "oldest"
    key(field, DOWN)
    assert field.text() == "older\nof two lines"
    key(field, DOWN)
    assert field.text() == "newest"
    key(field, DOWN)
    assert field.text() == ""
    type_text(field, "!")
    assert dialog.task.keys_hint.text() == "Ctrl+Enter to start"


async def test_arrows_leave_typed_text_alone(world: World, dialog: NewTaskDialog) -> None:
    world.sessions.texts = ["newest", "older"]
    await shown(world, dialog)
    key(dialog.task.field, UP)
    type_text(dialog.task.field, "!")
    key(dialog.task.field, UP)
    key(dialog.task.field, UP)
    assert "!" in dialog.task.field.text()
    assert "newest" in dialog.task.field.text()


async def test_open_sessions_are_offered_those_at_work_last(
    world: World, dialog: NewTaskDialog
) -> None:
    world.sessions.put(a_session(2, current_task=2), a_task(2))
    world.sessions.put(a_session(1))
    world.sessions.put(a_session(3, current_task=3), a_task(3, status=TaskStatus.DONE))
    world.sessions.put(a_session(4, close_after=True))
    world.sessions.put(a_session(5, current_task=5), a_task(5, status=TaskStatus.UNCONFIRMED))
    world.sessions.put(a_session(6, phase=Phase.CONNECTION_LOST))
    world.sessions.put(a_session(7, phase=Phase.PLANNED, service_id=None))
    await shown(world, dialog)
    offered = [dialog.place.run_in.itemText(i) for i in range(dialog.place.run_in.count())]
    assert offered == [
        "New session, closed after the task",
        "New session, kept open",
        "amazon.com 1",
        "amazon.com 3",
        "amazon.com 2 – after its current task",
    ]
    assert dialog.place.run_in.target() == NEW_CLOSED


async def test_a_task_can_run_after_the_one_at_work(world: World, dialog: NewTaskDialog) -> None:
    world.sessions.put(a_session(7, current_task=9), a_task(9, session_key=7))
    await shown(world, dialog, session=7)
    assert dialog.start_button.text() == "Run after this one"
    assert dialog.start_button.accessibleName() == "Run after this one"
    assert "You can remove it until then" in dialog.place.hint.text()
    height = dialog.height()
    type_text(dialog.task.field, "Next")
    world.sessions.change_task(9, status=TaskStatus.DONE)
    assert dialog.start_button.text() == "Start"
    assert dialog.place.run_in.currentText() == "amazon.com 7"
    assert dialog.height() == height  # no button moves below the pointer
    world.sessions.change_task(9, status=TaskStatus.WORKING)
    click(dialog.start_button)
    await world.settle()
    assert world.sessions.started == [
        Started(TaskSpec(text="Next", close_after=False), 7, one_call=False)
    ]


async def test_the_next_task_in_an_open_session(world: World, dialog: NewTaskDialog) -> None:
    world.sessions.put(a_session(7))
    await shown(world, dialog, session=7)
    assert dialog.place.run_in.currentText() == "amazon.com 7"
    assert not dialog.limits.one_call.isEnabled()
    type_text(dialog.task.field, "Next")
    dialog.place.close_after.click()
    click(dialog.start_button)
    await world.settle()
    spec = TaskSpec(text="Next", close_after=True)
    assert world.sessions.started == [Started(spec, 7, one_call=False)]


async def test_a_session_that_ended_meanwhile_is_named(world: World, dialog: NewTaskDialog) -> None:
    world.sessions.put(a_session(7))
    await shown(world, dialog, session=7)
    type_text(dialog.task.field, "Next")
    world.sessions.change_session(7, phase=Phase.ENDED_BY_LIMIT, ended_ms=NOW)
    click(dialog.start_button)
    await world.settle()
    assert world.sessions.started == []
    assert dialog.place.run_in.target() == TargetSession(7, close_after=False)
    assert "takes no more tasks" in dialog.place.run_in.accessibleDescription()
    assert dialog.place.run_in.currentText() == "amazon.com 7 – has ended"
    assert dialog.task.field.text() == "Next"


@pytest.mark.parametrize("late", [False, True])
async def test_without_a_key_it_asks_for_one_and_keeps_the_text(
    world: World, dialog: NewTaskDialog, key_opened: Opened, late: bool
) -> None:
    if late:
        world.sessions.start_error = NoKeyError()
    else:
        world.account.state = KeyState.ABSENT
    await shown(world, dialog)
    type_text(dialog.task.field, "Keep me")
    click(dialog.start_button)
    await world.settle()
    assert key_opened.times == 1
    assert world.sessions.started == []
    assert dialog.task.field.text() == "Keep me"
    assert dialog.isVisible()


async def test_a_double_click_starts_once(world: World, dialog: NewTaskDialog) -> None:
    world.sessions.start_gate = asyncio.Event()
    await shown(world, dialog)
    type_text(dialog.task.field, "Once")
    click(dialog.start_button)
    click(dialog.start_button)
    key(dialog.task.field, ENTER, CTRL)
    world.sessions.start_gate.set()
    await world.settle()
    assert len(world.sessions.started) == 1


async def test_editing_an_earlier_task_leaves_typed_words_to_the_arrow(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    type_text(dialog.task.field, "My own words")
    earlier = TaskSpec(
        text="Earlier",
        starting_url="https://a.example",
        limits=Limits(max_duration_ms=60_000),
        close_after=False,
    )
    await shown(world, dialog, prefill=earlier)
    assert dialog.typed() == earlier
    assert dialog.limits.isVisible()
    assert dialog.place.run_in.target() == NEW_KEPT
    dialog.task.field.clear()
    key(dialog.task.field, UP)
    assert dialog.task.field.text() == "My own words"


async def test_labels_are_the_names_that_are_spoken(dialog: NewTaskDialog) -> None:
    assert dialog.task.field.accessibleName() == "Task"
    assert dialog.place.starting_url.accessibleName() == "Starting URL"
    assert dialog.place.run_in.accessibleName() == "Run in"
    assert dialog.limits.avoid_domains.accessibleName() == "Avoid domains"
    assert dialog.start_button.accessibleName() == "Start"
    assert not dialog.isModal()


# -- what the dialect has -------------------------------------------------------------------------

AVOIDS = TaskSpec(text="Look", limits=Limits(avoid_domains=("ads.example",)), close_after=True)
DONE = a_task(1, status=TaskStatus.DONE, ended_ms=NOW)
UNUSED = "Avoid domains (ads.example) is not used: WebRun has no such field."


async def test_fields_that_the_dialect_lacks_are_not_there(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    click(dialog.limits.more_button)
    assert "Avoid domains" in shown_texts(dialog)
    assert "Ends the whole session." in shown_texts(dialog)
    world.account.choose_dialect(Dialect.W2)
    assert "Avoid domains" not in shown_texts(dialog)
    assert not dialog.limits.avoid_domains.isVisible()
    assert "Ends the task. A session kept open closes after 5 idle min" in shown_texts(dialog)
    world.account.choose_dialect(None)
    assert dialog.limits.avoid_domains.isVisible()


async def test_an_earlier_task_says_which_field_is_not_used(
    world: World, dialog: NewTaskDialog
) -> None:
    world.account.choose_dialect(Dialect.W2)
    await shown(world, dialog, prefill=AVOIDS)
    assert UNUSED in shown_texts(dialog)
    key(dialog.task.field, ENTER, CTRL)
    await world.settle()
    assert world.sessions.started == [Started(replace(AVOIDS, limits=NO_LIMITS), None, False)]
    await shown(world, dialog)
    assert UNUSED not in shown_texts(dialog)


async def test_an_open_session_keeps_its_dialect(world: World, dialog: NewTaskDialog) -> None:
    world.account.choose_dialect(Dialect.W2)
    world.sessions.put(a_session(1, dialect=Dialect.E, current_task=1), DONE)
    await shown(world, dialog, prefill=AVOIDS)
    assert UNUSED in shown_texts(dialog)
    dialog.place.run_in.choose(TargetSession(1, close_after=False))
    assert UNUSED not in shown_texts(dialog)
    assert dialog.typed().limits == AVOIDS.limits


async def test_the_field_of_last_time_keeps_no_caret(world: World, dialog: NewTaskDialog) -> None:
    """Qt let it blink on beside that of the field that has the focus."""
    await shown(world, dialog)
    as_new = dialog.place.starting_url.grab().toImage()
    dialog.place.starting_url.setFocus()
    key(dialog, Qt.Key.Key_Escape)
    await world.settle()
    await shown(world, dialog)
    assert dialog.task.field.hasFocus()
    assert dialog.place.starting_url.grab().toImage() == as_new
