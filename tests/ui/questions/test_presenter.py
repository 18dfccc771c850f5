"""When a question comes up by itself."""

import asyncio

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from enigma_panel.ui.questions import presenter as presenter_module
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.presenter import TYPING_MS, QuestionPresenter, TypingWatch
from tests.kit.person import active, key
from tests.kit.question_pages import question_of
from tests.kit.wait import until
from tests.kit.world import World

WHICH = "Which colour should I take?"


@pytest.fixture
def typing(world: World, qapp: QApplication) -> TypingWatch:
    return TypingWatch(qapp, world.clock.now_ms)


@pytest.fixture
def presenter(world: World, typing: TypingWatch) -> QuestionPresenter:
    return QuestionPresenter(
        world.services.inbox,
        world.services.urgency,
        typing,
        lambda: QuestionDialog(world.services, None),
    )


@pytest.fixture
def field(world: World) -> QLineEdit:
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
    assert question_of(presenter.dialog()).text == "Which shop?"


async def test_the_second_question_of_a_task_comes_up_too(
    world: World, presenter: QuestionPresenter
) -> None:
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
    assert question_of(dialog).text == WHICH
    assert presenter.dialog() is dialog


async def test_a_question_can_be_asked_for(world: World, presenter: QuestionPresenter) -> None:
    world.inbox.ask(
        world.sessions.add_asking(1, WHICH), world.sessions.add_asking(2, "Which size?")
    )
    presenter.dialog().reject()
    presenter.open(2)
    assert question_of(presenter.dialog()).task_key == 2
    presenter.open(77)
    assert question_of(presenter.dialog()).task_key == 2


# -- later -------------------------------------------------------------------------------------


def pass_s(world: World, seconds: float) -> None:
    world.clock.pass_ms(round(seconds * 1000))
    world.urgency.changed.emit()


LAST_MINUTE_S = 170
"""When the last minute of a question begins."""


async def test_it_comes_once_more_in_its_last_minute(
    world: World, presenter: QuestionPresenter
) -> None:
    world.inbox.ask(world.sessions.add_asking(1, WHICH))
    dialog = presenter.dialog()
    dialog.reject()
    pass_s(world, LAST_MINUTE_S - 1)
    assert not dialog.isVisible()
    pass_s(world, 1)
    assert dialog.isVisible()
    dialog.reject()
    pass_s(world, 20)
    assert not dialog.isVisible()


async def test_a_dialog_that_is_there_comes_forward_and_keeps_its_question(
    world: World, presenter: QuestionPresenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = replace(world.sessions.add_asking(1, WHICH), expires_ms=world.clock.now + 600_000)
    world.inbox.ask(later)
    dialog = presenter.dialog()
    world.inbox.ask(world.sessions.add_asking(2, "Which size?"))
    raised: list[str] = []
    monkeypatch.setattr(dialog, "raise_", lambda: raised.append("raised"))
    pass_s(world, LAST_MINUTE_S)
    pass_s(world, 1)
    assert raised == ["raised"], "once"
    assert question_of(dialog).text == WHICH


async def test_a_last_minute_while_another_stands_there_comes_after_it(
    world: World, presenter: QuestionPresenter
) -> None:
    first = world.sessions.add_asking(1, WHICH)
    second = replace(world.sessions.add_asking(2, WHICH), expires_ms=world.clock.now + 600_000)
    world.inbox.ask(first)
    dialog = presenter.dialog()
    dialog.reject()
    world.inbox.ask(second)
    pass_s(world, LAST_MINUTE_S)
    dialog.reject()
    await until(dialog.isVisible)
    assert question_of(dialog).task_key == 1


async def test_later_holds_also_for_one_whose_end_has_moved(
    world: World, presenter: QuestionPresenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presenter_module, "AGAIN_MS", 20)
    question = world.sessions.add_asking(1, WHICH)
    assert question.expires_ms is not None
    world.inbox.ask(question)
    dialog = presenter.dialog()
    world.inbox.open[0] = replace(question, expires_ms=question.expires_ms + 5_000)
    world.inbox.changed.emit()
    pass_s(world, LAST_MINUTE_S + 5)
    dialog.reject()
    await asyncio.sleep(0.06)
    assert not dialog.isVisible()


async def test_while_it_is_quiet_only_a_last_minute_comes_up(
    world: World, presenter: QuestionPresenter
) -> None:
    world.urgency.be_quiet(quiet=True)
    world.inbox.ask(world.sessions.add_asking(1, WHICH))
    assert not presenter.has_dialog()
    pass_s(world, LAST_MINUTE_S)
    assert presenter.dialog().isVisible()
    presenter.dialog().reject()
    second = world.sessions.add_asking(2, "Which size?")
    now = world.clock.now
    world.inbox.ask(replace(second, asked_ms=now, expires_ms=now + 300_000))
    assert not presenter.dialog().isVisible()
    world.urgency.be_quiet(quiet=False)
    assert presenter.dialog().isVisible()


async def test_behind_a_hidden_window_a_notice_tells_and_the_last_minute_comes_up(
    world: World, typing: TypingWatch
) -> None:
    hidden = True
    presenter = QuestionPresenter(
        world.services.inbox,
        world.services.urgency,
        typing,
        lambda: QuestionDialog(world.services, None),
        may_hide=lambda: hidden,
    )
    world.inbox.ask(world.sessions.add_asking(1, WHICH))
    assert not presenter.has_dialog()
    pass_s(world, LAST_MINUTE_S)
    assert presenter.dialog().isVisible()
    presenter.dialog().reject()
    world.inbox.ask(world.sessions.add_asking(2, "Which size?"))
    hidden = False
    presenter.refresh()
    assert presenter.dialog().isVisible()
