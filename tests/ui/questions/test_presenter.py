"""When a question comes up by itself."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.presenter import TYPING_MS, QuestionPresenter, TypingWatch
from tests.kit.person import active, key
from tests.kit.wait import until
from tests.kit.world import World

WHICH = "Which colour should I take?"


@pytest.fixture
def typing(world: World, qapp: QApplication) -> TypingWatch:
    return TypingWatch(qapp, world.clock.now_ms)


@pytest.fixture
def presenter(world: World, typing: TypingWatch) -> QuestionPresenter:
    return QuestionPresenter(
        world.services.inbox, typing, lambda: QuestionDialog(world.services, None)
    )


@pytest.fixture
def field(world: World) -> QLineEdit:
    """A field of ours, in another window."""
    field = QLineEdit()
    field.show()
    return field


async def test_a_question_comes_up_by_itself(world: World, presenter: QuestionPresenter) -> None:
    assert not presenter.has_dialog()
    world.inbox.ask(world.sessions.add_asking(1, WHICH))
    assert presenter.dialog().isVisible()


async def test_it_takes_no_focus_from_another_program(
    world: World, presenter: QuestionPresenter, qapp: QApplication
) -> None:
    await until(lambda: qapp.activeWindow() is None)
    world.inbox.ask(world.sessions.add_asking(1, WHICH))
    assert presenter.dialog().testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    presenter.dialog().hide()
    presenter.open(None)
    assert not presenter.dialog().testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)


async def test_it_waits_while_somebody_types(
    world: World, presenter: QuestionPresenter, field: QLineEdit, typing: TypingWatch
) -> None:
    await active(field)
    field.setFocus()
    key(field, Qt.Key.Key_A)
    assert typing.left_ms() == TYPING_MS
    world.inbox.ask(world.sessions.add_asking(1, WHICH))
    assert not presenter.has_dialog()
    world.clock.pass_ms(TYPING_MS - 1)
    presenter.refresh()
    assert not presenter.has_dialog()
    world.clock.pass_ms(1)
    presenter.refresh()
    assert presenter.dialog().isVisible()
    # The cursor is still in the field, so that is where keys go on going.
    assert presenter.dialog().testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)


async def test_it_comes_by_itself_when_the_typing_ends(
    world: World, presenter: QuestionPresenter, field: QLineEdit
) -> None:
    await active(field)
    field.setFocus()
    key(field, Qt.Key.Key_A)
    world.clock.pass_ms(TYPING_MS - 20)
    world.inbox.ask(world.sessions.add_asking(1, WHICH))
    world.clock.pass_ms(20)
    await until(presenter.has_dialog)
    assert presenter.dialog().isVisible()


async def test_a_field_that_is_gone_is_watched_no_more(
    world: World, typing: TypingWatch, field: QLineEdit
) -> None:
    await active(field)
    field.setFocus()
    field.deleteLater()
    await asyncio.sleep(0.02)
    other = QLineEdit()
    other.show()
    await active(other)
    key(other, Qt.Key.Key_A)
    assert typing.left_ms() == TYPING_MS


async def test_later_means_that_it_does_not_come_again(
    world: World, presenter: QuestionPresenter
) -> None:
    first = world.sessions.add_asking(1, WHICH)
    world.inbox.ask(first, world.sessions.add_asking(2, "Which size?"))
    presenter.dialog().reject()
    world.inbox.changed.emit()
    assert not presenter.dialog().isVisible()
    world.inbox.ask(world.sessions.add_asking(3, "Which shop?"))
    assert presenter.dialog().isVisible()
    question = presenter.dialog().current_question()
    assert question is not None
    assert question.text == "Which shop?"


async def test_the_second_question_of_a_task_comes_up_too(
    world: World, presenter: QuestionPresenter
) -> None:
    from msgspec.structs import replace

    first = world.sessions.add_asking(1, WHICH)
    world.inbox.ask(first)
    presenter.dialog().reject()
    world.inbox.open.clear()
    world.inbox.ask(replace(first, question_n=2, text="Which size?"))
    assert presenter.dialog().isVisible()


async def test_one_dialog_at_a_time(world: World, presenter: QuestionPresenter) -> None:
    world.inbox.ask(world.sessions.add_asking(1, WHICH))
    dialog = presenter.dialog()
    world.inbox.ask(world.sessions.add_asking(2, "Which size?"))
    question = dialog.current_question()
    assert question is not None
    assert question.text == WHICH
    assert presenter.dialog() is dialog


async def test_a_question_can_be_asked_for(world: World, presenter: QuestionPresenter) -> None:
    world.inbox.ask(
        world.sessions.add_asking(1, WHICH), world.sessions.add_asking(2, "Which size?")
    )
    presenter.dialog().reject()
    presenter.open(2)
    question = presenter.dialog().current_question()
    assert question is not None
    assert question.task_key == 2
    presenter.open(77)
    assert presenter.dialog().current_question() is question
