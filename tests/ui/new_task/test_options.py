"""'New task': what only some dialects have - the browser's options and the form of the result."""

from types import SimpleNamespace
from typing import cast

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from enigma_panel.core.models import BrowserOptions, OutputType, Proxy, TaskSpec, TaskStatus
from enigma_panel.core.service_rules import RULES, Dialect, Field, ServiceRules
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.new_task.limits import time_note
from enigma_panel.ui.new_task.session_picker import NEW_CLOSED, TargetSession
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.fakes import Started
from tests.kit.person import CTRL, ENTER, active, click, key, shown_texts, type_text
from tests.kit.world import World

SCHEMA = '{"type": "object",\n "properties": {}}'
PLAIN = TaskSpec(text="Look")
FULL = replace(
    PLAIN,
    browser=BrowserOptions(
        environment_id="env_1",
        policy_id="pol_1",
        proxy=Proxy.HTTP,
        proxy_address="proxy.example:8080",
    ),
    output_type=OutputType.JSON,
    output_schema=SCHEMA,
)
IN_AN_IDLE_MINUTE = SimpleNamespace(caps_session=False, idle_ms=60_000)
LABELS = {"Result", "Environment", "Policy", "Proxy"}
DONE = a_task(1, status=TaskStatus.DONE, ended_ms=NOW)
IN_ONE = TargetSession(1, close_after=False)


@pytest.fixture
def dialog(world: World) -> NewTaskDialog:
    world.account.choose_dialect(Dialect.W2)
    world.sessions.put(a_session(1, dialect=Dialect.W2, current_task=1), DONE)
    return NewTaskDialog(world.services, None, lambda: None)


async def ask(world: World, dialog: NewTaskDialog, spec: TaskSpec = PLAIN) -> None:
    dialog.ask(None, spec)
    await active(dialog)
    await world.settle()
    dialog.limits.more_button.setChecked(True)


def choose(box: QComboBox, text: str) -> None:
    box.setFocus()
    for _ in range(box.count()):
        key(box, Qt.Key.Key_Up)
    while box.currentText() != text:
        before = box.currentText()
        key(box, Qt.Key.Key_Down)
        assert box.currentText() != before


async def test_everything_that_can_be_typed_arrives(world: World, dialog: NewTaskDialog) -> None:
    await ask(world, dialog)
    form = dialog.limits
    choose(form.output_type, "JSON (with a schema)")
    form.schema.setPlainText(SCHEMA)
    type_text(form.environment, " env_1 ")
    type_text(form.policy, "pol_1")
    choose(form.proxy, "My own, HTTP")
    type_text(form.address, "proxy.example:8080")
    key(form.address, ENTER, CTRL)
    await world.settle()
    assert world.sessions.started == [Started(FULL, None, one_call=False)]


async def test_columns_and_a_country(world: World, dialog: NewTaskDialog) -> None:
    await ask(world, dialog)
    form = dialog.limits
    choose(form.output_type, "Table (name the columns)")
    form.schema.setPlainText("name\nprice, net")
    choose(form.proxy, "The service's own (traffic costs extra)")
    type_text(form.country, "us")
    spec = dialog.typed()
    assert spec.browser == BrowserOptions(proxy=Proxy.SERVICE, proxy_country="us")
    assert (spec.output_type, spec.output_schema) == (OutputType.CSV, '["name", "price", "net"]')
    choose(form.proxy, "My own, SOCKS")
    assert dialog.typed().browser == BrowserOptions(proxy=Proxy.SOCKS)


async def test_only_what_belongs_to_the_choice_is_there(
    world: World, dialog: NewTaskDialog
) -> None:
    await ask(world, dialog)
    form = dialog.limits
    rows: dict[QWidget, str] = {
        form.schema: "JSON Schema",
        form.country: "Proxy country",
        form.address: "Proxy address",
    }

    def seen() -> set[str]:
        labels = {label for widget, label in rows.items() if widget.isVisible()}
        assert {label for label in rows.values() if label in shown_texts(dialog)} == labels
        return labels

    assert seen() == set()
    choose(form.output_type, "JSON (with a schema)")
    choose(form.proxy, "The service's own (traffic costs extra)")
    assert seen() == {"JSON Schema", "Proxy country"}
    choose(form.proxy, "My own, SOCKS")
    assert seen() == {"JSON Schema", "Proxy address"}
    choose(form.output_type, "Table (name the columns)")
    assert form.schema.accessibleName() == "Columns"
    assert "Columns" in shown_texts(dialog)


async def test_a_schema_and_columns_do_not_take_each_others_place(
    world: World, dialog: NewTaskDialog
) -> None:
    await ask(world, dialog, FULL)
    form = dialog.limits
    choose(form.output_type, "Table (name the columns)")
    assert form.schema.text() == ""
    form.schema.setPlainText("name")
    choose(form.output_type, "Text")
    choose(form.output_type, "JSON (with a schema)")
    assert form.schema.text() == SCHEMA
    choose(form.output_type, "Table (name the columns)")
    assert form.schema.text() == "name"


@pytest.mark.parametrize(
    "spec",
    [
        FULL,
        replace(FULL, output_type=OutputType.CSV, output_schema='["name", "price"]'),
        replace(FULL, output_type=OutputType.CSV, output_schema='["a, b", "c"]'),
        replace(FULL, output_type=OutputType.CSV, output_schema="[no list"),
        replace(PLAIN, browser=BrowserOptions(proxy=Proxy.SERVICE, proxy_country="ES")),
    ],
)
async def test_an_earlier_task_comes_back_whole(
    world: World, dialog: NewTaskDialog, spec: TaskSpec
) -> None:
    dialog.ask(None, spec)
    await active(dialog)
    assert dialog.limits.isVisible()
    assert dialog.typed() == spec
    dialog.task.field.setPlainText("Look again")
    dialog.reject()
    dialog.ask(None, None)
    assert dialog.typed() == replace(spec, text="Look again")


async def test_an_earlier_task_is_not_for_the_browser_that_was_chosen_before(
    world: World, dialog: NewTaskDialog
) -> None:
    dialog.ask(1, None)
    await active(dialog)
    dialog.limits.output_type.setCurrentIndex(1)
    dialog.limits.schema.setPlainText(SCHEMA)
    dialog.reject()
    dialog.ask(None, FULL)
    assert dialog.place.run_in.target() == NEW_CLOSED
    assert dialog.typed() == FULL


async def test_columns_are_shown_as_they_are_named(world: World, dialog: NewTaskDialog) -> None:
    spec = replace(PLAIN, output_type=OutputType.CSV, output_schema='["name", "price"]')
    await ask(world, dialog, spec)
    assert dialog.limits.schema.text() == "name, price"


async def test_nothing_is_left_for_the_next_task(world: World, dialog: NewTaskDialog) -> None:
    await ask(world, dialog, FULL)
    key(dialog.task.field, ENTER, CTRL)
    await world.settle()
    assert not dialog.isVisible()
    await ask(world, dialog)
    assert dialog.typed() == PLAIN


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("environment", "a b", "An ID has no spaces or hidden characters."),
        ("policy", "a b", "An ID has no spaces or hidden characters."),
        ("country", "Spain", "Enter two letters"),
        ("address", "proxy.example", "Enter host and port"),
        ("address", "me:secret@proxy.example:1", "username or password can't be used"),
        ("schema", "{", "This is not JSON (line 1, column 2)."),
        ("schema", "", "Enter a schema or columns for the result."),
        ("schema", "[]", "A JSON Schema is an object"),
    ],
)
async def test_a_mistake_is_named_at_its_field(
    world: World, dialog: NewTaskDialog, name: str, typed: str, words: str
) -> None:
    proxy = Proxy.SERVICE if name == "country" else Proxy.HTTP
    address = "proxy.example:1" if proxy is Proxy.HTTP else ""
    browser = replace(FULL.browser, proxy=proxy, proxy_address=address)
    await ask(world, dialog, replace(FULL, browser=browser))
    dialog.limits.more_button.setChecked(False)
    field = getattr(dialog.limits, name)
    field.clear()
    type_text(field, typed)
    click(dialog.start_button)
    await world.settle()
    assert words in field.accessibleDescription()
    assert field.hasFocus()
    assert world.sessions.started == []


async def test_fields_that_the_dialect_lacks_are_not_there(
    world: World, dialog: NewTaskDialog
) -> None:
    await ask(world, dialog, FULL)
    assert set(shown_texts(dialog).split("\n")) >= LABELS
    world.account.choose_dialect(Dialect.E)
    texts = shown_texts(dialog)
    assert LABELS.isdisjoint(texts.split("\n"))
    for told in (
        "Environment (env_1)",
        "Policy (pol_1)",
        "Proxy (My own, HTTP)",
        "Result (JSON (with a schema))",
    ):
        assert f"{told} is not used: Enigma has no such field." in texts
    assert dialog.typed() == PLAIN
    world.account.choose_dialect(Dialect.W1)
    assert dialog.typed() == FULL


async def test_an_open_browser_keeps_what_it_was_opened_with(
    world: World, dialog: NewTaskDialog
) -> None:
    await ask(world, dialog, replace(FULL, close_after=False))
    dialog.place.run_in.choose(IN_ONE)
    assert not dialog.limits.environment.isVisible()
    assert dialog.limits.schema.isVisible()
    assert "Environment (env_1) is not used: the browser is already open." in shown_texts(dialog)
    assert dialog.typed() == replace(
        PLAIN, close_after=False, output_type=OutputType.JSON, output_schema=SCHEMA
    )
    dialog.place.run_in.choose(NEW_CLOSED)
    assert dialog.typed() == FULL


async def test_why_an_open_browser_has_no_such_fields(world: World, dialog: NewTaskDialog) -> None:
    hint = "Environment, policy and proxy were chosen when the browser opened."
    await ask(world, dialog)
    assert hint not in shown_texts(dialog)
    dialog.place.run_in.choose(IN_ONE)
    assert hint in shown_texts(dialog)
    world.sessions.put(a_session(1, dialect=Dialect.E, current_task=1), DONE)
    dialog.place.run_in.choose(NEW_CLOSED)
    dialog.place.run_in.choose(IN_ONE)
    assert hint not in shown_texts(dialog)


async def test_what_is_not_used_is_told_also_where_the_options_were_folded(
    world: World, dialog: NewTaskDialog
) -> None:
    await ask(world, dialog, FULL)
    dialog.limits.more_button.setChecked(False)
    dialog.place.run_in.choose(IN_ONE)
    assert dialog.limits.unused.isVisible()


async def test_the_wheel_that_scrolls_the_page_chooses_nothing(
    world: World, dialog: NewTaskDialog
) -> None:
    await ask(world, dialog)
    middle = QPointF(5, 5)
    for box in (dialog.limits.proxy, dialog.limits.output_type, dialog.place.run_in):
        box.setFocus()
        QApplication.sendEvent(
            box,
            QWheelEvent(
                middle,
                box.mapToGlobal(middle),
                QPoint(),
                QPoint(0, -120),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )
        assert box.currentIndex() == 0


def test_idle_minutes_are_counted() -> None:
    assert time_note(RULES[Dialect.W2]).endswith("kept open closes after 5 idle minutes.")
    one = cast("ServiceRules", IN_AN_IDLE_MINUTE)
    assert time_note(one).endswith("kept open closes after 1 idle minute.")


async def test_the_highest_numbers_stand_in_empty_fields(
    world: World, dialog: NewTaskDialog
) -> None:
    await ask(world, dialog)
    told = {field: box.placeholderText() for field, box in dialog.limits.numbers.items()}
    assert told[Field.INPUT_TOKENS] == told[Field.OUTPUT_TOKENS] == "100,000"
