"""The ways to answer: how they look, what they offer, where the keyboard goes."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from enigma_panel.core.questions import QuestionKind
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.forms import AnswerForm
from enigma_panel.ui.widgets.inputs import ScrollArea
from tests.kit.person import active, click, key, shown_texts, type_text
from tests.kit.world import World

LOGIN = "I need login credentials to proceed."
WHICH = "Which colour should I take?"
MAY_I = "Do you want me to go on?"
PASSPHRASE = "What is the passphrase?"
CAPTCHA = "There is a captcha that I cannot solve. What should I do?"
LOGIN_AND_CAPTCHA = "I need your username and password, and there is a captcha."
ALL = (LOGIN, WHICH, MAY_I, PASSPHRASE, CAPTCHA)


async def asked(world: World, dialog: QuestionDialog, text: str, key_: int = 1) -> AnswerForm:
    """An agent asks that, and its question stands in the window."""
    question = world.sessions.add_asking(key_, text)
    world.inbox.ask(question)
    dialog.ask_now(question)
    await active(dialog)
    await asyncio.sleep(0.02)
    form = dialog.current_form()
    assert form is not None
    return form


def tab_stops(dialog: QuestionDialog) -> list[str]:
    """What Tab comes to, one after the other, until it is where it began."""
    stops: list[QWidget] = []
    while (here := QApplication.focusWidget()) not in stops:
        assert here is not None
        stops.append(here)
        key(here, Qt.Key.Key_Tab)
    return [stop.accessibleName() for stop in stops]


@pytest.mark.parametrize(
    ("text", "chip", "names"),
    [
        (LOGIN, "Credentials", ["Username", "Password", "Show"]),
        (PASSPHRASE, "Secret", ["Answer", "Show"]),
        (WHICH, "Free text", ["Answer"]),
    ],
)
async def test_tab_goes_from_the_fields_to_send_and_comes_to_stop_last(
    world: World, dialog: QuestionDialog, text: str, chip: str, names: list[str]
) -> None:
    await asked(world, dialog, MAY_I, 2)
    await asked(world, dialog, text)
    stops = tab_stops(dialog)
    above = ["Previous question", "Next question", "Question from the agent", chip]
    assert stops == [*names, "Send answer", "Later", "Stop task", *above]


@pytest.mark.parametrize("text", ALL)
async def test_no_room_is_left_empty(world: World, dialog: QuestionDialog, text: str) -> None:
    await asked(world, dialog, WHICH, 2)
    form = await asked(world, dialog, text)
    page = form.page()
    assert page.height() <= max(page.heightForWidth(page.width()), page.sizeHint().height())
    gap = dialog.send_button.mapTo(dialog, dialog.send_button.rect().topLeft()).y()
    gap -= page.mapTo(dialog, page.rect().bottomLeft()).y()
    assert gap < 20


@pytest.mark.parametrize("kind", QuestionKind)
async def test_another_way_to_answer_has_the_room_it_needs(
    world: World, dialog: QuestionDialog, kind: QuestionKind
) -> None:
    form = await asked(world, dialog, PASSPHRASE)
    click(form.chips[kind])
    await asyncio.sleep(0.02)
    page = form.page()
    assert page.height() >= page.sizeHint().height()
    assert dialog.rect().contains(dialog.send_button.geometry())
    for label in page.findChildren(QLabel):
        if label.isVisible():
            assert not label.visibleRegion().isEmpty(), label.text()


@pytest.mark.parametrize(
    ("text", "is_offered"),
    [(CAPTCHA, False), (LOGIN_AND_CAPTCHA, True), (WHICH, True), (LOGIN, True)],
)
async def test_a_captcha_is_not_answered_with_a_login(
    world: World, dialog: QuestionDialog, text: str, is_offered: bool
) -> None:
    form = await asked(world, dialog, text)
    assert form.chips[QuestionKind.CREDENTIALS].isVisible() is is_offered
    assert form.chips[QuestionKind.FREE_TEXT].isVisible()


async def test_nothing_is_said_to_be_read_before_something_is_typed(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, LOGIN)
    assert "The agent reads" not in shown_texts(dialog)
    assert "Nothing is typed yet." in shown_texts(dialog)
    height = dialog.height()
    type_text(form.credentials.username, "maria")
    assert "The agent reads: Username: maria, Password: " in shown_texts(dialog)
    click(form.chips[QuestionKind.SECRET])
    assert "The agent reads" not in shown_texts(dialog)
    type_text(form.secret.field, "abc")
    assert "The agent reads: •••" in shown_texts(dialog)
    click(form.chips[QuestionKind.CREDENTIALS])
    await asyncio.sleep(0.02)
    assert dialog.height() == height


@pytest.mark.parametrize("which", ["username", "password"])
async def test_a_doubt_moves_nothing_and_hides_nothing(
    world: World, dialog: QuestionDialog, which: str
) -> None:
    form = await asked(world, dialog, LOGIN)
    world.clock.pass_ms(1_500)
    assert dialog.is_armed()
    size, page = dialog.size(), form.credentials
    type_text(page.username if which == "username" else page.password, "a, Password: b")
    await asyncio.sleep(0.02)
    assert "The agent may misread this" in shown_texts(dialog)
    assert dialog.size() == size
    assert dialog.is_armed()
    scroll = dialog.findChild(ScrollArea)
    assert isinstance(scroll, ScrollArea)
    assert scroll.verticalScrollBar().maximum() == 0
    page.username.setText("")
    page.password.setText("")
    assert "Enter sends the answer." in shown_texts(dialog)
