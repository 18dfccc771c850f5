"""'Question from the agent': arming, the three ways to answer, outcomes, and forgetting."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.api.errors import NotConnectedError
from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.types import AnswerOutcome, AnswerResult, AnswerWait, WaitReason
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.form import AnswerForm
from enigma_panel.ui.text import outcome as text_outcome
from tests.kit.builders import a_question
from tests.kit.fakes import Answered
from tests.kit.person import (
    CTRL,
    ENTER,
    active,
    all_text,
    button,
    click,
    key,
    type_text,
    undo_everything,
)
from tests.kit.question_pages import (
    choose,
    credentials,
    form_of,
    free_text,
    question_of,
    secret,
    yes_no,
)
from tests.kit.world import World

LOGIN = "I need login credentials to proceed."
WHICH = "Which colour should I take?"
MAY_I = "Do you want me to go on?"
PASSPHRASE = "What is the passphrase?"


def ask(world: World, dialog: QuestionDialog, text: str, key_: int = 1) -> None:
    """An agent asks and its question is shown, but not armed yet."""
    question = world.sessions.add_asking(key_, text)
    world.inbox.ask(question)
    dialog.ask_now(question)


async def arm(world: World, dialog: QuestionDialog) -> None:
    """Let the window come to rest and be looked at for long enough."""
    await active(dialog)
    await asyncio.sleep(0.02)
    world.clock.pass_ms(1_500)
    assert dialog.is_armed()


async def asked(world: World, dialog: QuestionDialog, text: str) -> AnswerForm:
    ask(world, dialog, text)
    await arm(world, dialog)
    return form_of(dialog)


async def test_enter_goes_from_username_to_password_and_there_it_sends(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, LOGIN)
    credentials(form).username.setFocus()
    type_text(credentials(form).username, "ann")
    key(credentials(form).username, ENTER)
    assert credentials(form).password.hasFocus()
    type_text(credentials(form).password, "hunter2 ")
    assert "hunter2" not in all_text(dialog).replace(credentials(form).password.text(), "")
    assert dialog.foot.send_button.toolTip() == "Enter to send"
    assert world.inbox.answered == []
    key(credentials(form).password, ENTER)
    await world.settle()
    assert world.inbox.answered == [
        Answered(1, "Username: ann, Password: hunter2 ", AnswerVerb.RESUME)
    ]


async def test_enter_in_the_last_field_waits_until_it_is_armed(
    world: World, dialog: QuestionDialog
) -> None:
    ask(world, dialog, PASSPHRASE)
    await active(dialog)
    form = form_of(dialog)
    type_text(secret(form).field, "hunter2")
    world.clock.pass_ms(699)
    key(secret(form).field, ENTER)
    await world.settle()
    assert world.inbox.answered == []
    assert secret(form).field.hasFocus()
    await arm(world, dialog)
    none = Qt.KeyboardModifier.NoModifier
    for field in (secret(form).field, dialog.foot.send_button):
        held = QKeyEvent(QEvent.Type.KeyPress, ENTER, none, "\r", autorep=True)
        QApplication.sendEvent(field, held)
    await world.settle()
    assert world.inbox.answered == [], "an Enter that is held down since the field before"
    key(secret(form).field, ENTER)
    await world.settle()
    assert len(world.inbox.answered) == 1


async def test_later_and_the_other_questions_need_no_guard(
    world: World, dialog: QuestionDialog
) -> None:
    world.inbox.ask(world.sessions.add_asking(2, "Which size?"))
    ask(world, dialog, WHICH)
    await active(dialog)
    assert not dialog.is_armed()
    click(button(dialog, "Next question"))
    assert (question := dialog.current_question()) is not None
    assert question.text == "Which size?"
    assert not dialog.is_armed()
    assert dialog.foot.later_button.graphicsEffect() is None, "it is not dimmed"
    click(dialog.foot.later_button)
    assert not dialog.isVisible()
    assert world.inbox.answered == []


# -- arming ---------------------------------------------------------------------------------------


async def test_no_way_to_press_works_before_it_is_armed(
    world: World, dialog: QuestionDialog
) -> None:
    ask(world, dialog, MAY_I)
    await active(dialog)
    world.clock.pass_ms(699)
    form = form_of(dialog)
    yes_no(form).yes.click()
    click(dialog.foot.send_button)
    click(dialog.foot.stop_button)
    dialog.foot.send_button.setFocus()
    key(dialog.foot.send_button, Qt.Key.Key_Space)
    key(dialog, ENTER, CTRL)
    dialog.foot.send_button.animateClick()
    QAccessible.queryAccessibleInterface(dialog.foot.send_button).actionInterface().doAction(
        "Press"
    )
    await asyncio.sleep(0.2)
    assert world.inbox.answered == []
    assert dialog.isVisible()


@pytest.mark.parametrize("enter", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
async def test_enter_presses_the_button_that_has_the_focus(
    world: World, dialog: QuestionDialog, enter: Qt.Key
) -> None:
    ask(world, dialog, MAY_I)
    await active(dialog)
    form = form_of(dialog)
    yes_no(form).yes.click()
    dialog.foot.send_button.setFocus()
    world.clock.pass_ms(699)
    key(dialog.foot.send_button, enter)
    await asyncio.sleep(0.02)
    assert world.inbox.answered == []
    world.clock.pass_ms(1_500)
    assert dialog.is_armed()
    assert dialog.foot.send_button.hasFocus()
    key(dialog.foot.send_button, enter, CTRL | Qt.KeyboardModifier.AltModifier)
    assert world.inbox.answered == []
    key(dialog.foot.send_button, enter)
    await asyncio.sleep(0.05)
    assert len(world.inbox.answered) == 1


async def test_a_press_that_began_before_does_nothing_after(
    world: World, dialog: QuestionDialog
) -> None:
    ask(world, dialog, MAY_I)
    await active(dialog)
    form = form_of(dialog)
    yes_no(form).yes.click()
    QTest.mousePress(dialog.foot.send_button, Qt.MouseButton.LeftButton)
    world.clock.pass_ms(1_500)
    QTest.mouseRelease(dialog.foot.send_button, Qt.MouseButton.LeftButton)
    await world.settle()
    assert world.inbox.answered == []
    click(dialog.foot.send_button)
    await world.settle()
    assert world.inbox.answered == [Answered(1, "Yes", AnswerVerb.RESUME)]


@pytest.mark.parametrize("what", ["move", "resize", "focus", "question", "kind"])
async def test_what_moves_or_changes_disarms(
    world: World, dialog: QuestionDialog, what: str
) -> None:
    form = await asked(world, dialog, WHICH)
    if what == "move":
        dialog.move(dialog.x() + 40, dialog.y() + 30)
    elif what == "resize":
        dialog.resize(dialog.size() + QSize(30, 30))
    elif what == "focus":
        QApplication.sendEvent(dialog, QEvent(QEvent.Type.WindowActivate))
    elif what == "question":
        ask(world, dialog, MAY_I, 2)
    else:
        choose(form, QuestionKind.CREDENTIALS)
    assert not dialog.is_armed()


async def test_typing_never_disarms(world: World, dialog: QuestionDialog) -> None:
    form = await asked(world, dialog, LOGIN)
    type_text(credentials(form).username, "maria")
    type_text(credentials(form).password, "a very long password that goes on and on" * 3)
    click(credentials(form).password.show_button)
    await asyncio.sleep(0.02)
    assert dialog.is_armed()


async def test_money_needs_a_second(world: World, dialog: QuestionDialog) -> None:
    ask(world, dialog, "Do you want me to complete this purchase? The total is $49.99.")
    await active(dialog)
    await asyncio.sleep(0.02)
    world.clock.pass_ms(999)
    assert not dialog.is_armed()
    world.clock.pass_ms(1)
    assert dialog.is_armed()


# -- answering ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("username", "password", "words"),
    [("", "", "username"), ("  ", "x", "username"), ("maria", "", "password")],
)
async def test_an_empty_field_is_named_and_nothing_sent(
    world: World, dialog: QuestionDialog, username: str, password: str, words: str
) -> None:
    form = await asked(world, dialog, LOGIN)
    credentials(form).username.setText(username)
    credentials(form).password.setText(password)
    assert not dialog.foot.send_button.isEnabled()
    key(dialog, ENTER, CTRL)
    await world.settle()
    assert world.inbox.answered == []
    field = credentials(form).username if words == "username" else credentials(form).password
    assert f"Enter the {words}." in field.accessibleDescription()
    assert field.hasFocus()


async def test_yes_or_no_has_nothing_preselected(world: World, dialog: QuestionDialog) -> None:
    form = await asked(world, dialog, MAY_I)
    page = yes_no(form)
    assert not page.yes.isChecked()
    assert not page.no.isChecked()
    assert not dialog.foot.send_button.isEnabled()
    key(dialog, ENTER, CTRL)
    await world.settle()
    assert world.inbox.answered == []
    assert page.yes.accessibleDescription() == "Choose an answer first."
    click(page.no)
    assert dialog.foot.reads.text() == "No"
    await arm(world, dialog)
    click(dialog.foot.send_button)
    await world.settle()
    assert world.inbox.answered == [Answered(1, "No", AnswerVerb.RESUME)]


async def test_enter_adds_a_line_to_free_text(world: World, dialog: QuestionDialog) -> None:
    form = await asked(world, dialog, WHICH)
    type_text(free_text(form).text, "The red one.")
    key(free_text(form).text, ENTER)
    type_text(free_text(form).text, "Or blue.")
    assert world.inbox.answered == []
    key(free_text(form).text, ENTER, CTRL)
    await world.settle()
    assert world.inbox.answered == [Answered(1, "The red one.\nOr blue.", AnswerVerb.RESUME)]


@pytest.mark.parametrize("way", ["escape", "button", "window"])
async def test_closing_is_later_and_keeps_what_was_typed(
    world: World, dialog: QuestionDialog, way: str
) -> None:
    form = await asked(world, dialog, WHICH)
    type_text(free_text(form).text, "The red")
    if way == "escape":
        key(dialog, Qt.Key.Key_Escape)
    elif way == "button":
        click(dialog.foot.later_button)
    else:
        dialog.close()
    await world.settle()
    assert not dialog.isVisible()
    assert world.inbox.answered == []
    dialog.ask_now(world.inbox.questions()[0])
    assert form is dialog.page.form
    assert free_text(form).text.text() == "The red"


# -- secrets --------------------------------------------------------------------------------------


async def test_what_is_asked_as_a_secret_goes_into_one_masked_field(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, PASSPHRASE)
    field = secret(form).field
    assert field.isVisible()
    assert field.hasFocus()
    assert field.is_masked()
    assert field.accessibleName() == "Answer"
    type_text(field, " correct horse, battery!")
    assert "correct" not in all_text(dialog).replace(field.text(), "")
    assert dialog.foot.reads.text().startswith("••••")
    key(field, ENTER)
    await world.settle()
    assert world.inbox.answered == [Answered(1, " correct horse, battery!", AnswerVerb.RESUME)]
    assert "correct horse, battery!" in world.inbox.secrets
    undo_everything(dialog)
    assert "correct" not in all_text(dialog)


async def test_an_empty_secret_is_named_and_not_sent(world: World, dialog: QuestionDialog) -> None:
    form = await asked(world, dialog, PASSPHRASE)
    assert not dialog.foot.send_button.isEnabled()
    key(dialog, ENTER, CTRL)
    await world.settle()
    assert world.inbox.answered == []
    assert secret(form).field.accessibleDescription() == "Enter an answer first."
    type_text(secret(form).field, "x")
    assert secret(form).field.accessibleDescription() == ""


async def test_any_question_can_be_answered_with_a_secret(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, WHICH)
    choose(form, QuestionKind.SECRET)
    type_text(secret(form).field, "Zebra crossing")
    await arm(world, dialog)
    click(dialog.foot.send_button)
    await world.settle()
    assert "Zebra crossing" in world.inbox.secrets


async def test_what_was_shown_is_masked_again_while_it_is_sent_and_after(
    world: World, dialog: QuestionDialog
) -> None:
    world.inbox.gate, world.inbox.outcome = asyncio.Event(), AnswerOutcome.FAILED
    form = await asked(world, dialog, PASSPHRASE)
    click(secret(form).field.show_button)
    type_text(secret(form).field, "hunter2")
    assert not secret(form).field.is_masked()
    click(dialog.foot.send_button)
    await world.settle()
    assert secret(form).field.is_masked()
    world.inbox.gate.set()
    await world.settle()
    assert "Not sent." in dialog.foot.answer_wait.label.text()
    assert secret(form).field.is_masked()
    assert secret(form).field.text() == "hunter2", "it can be sent again"


@pytest.mark.parametrize("which", ["username", "password"])
async def test_a_login_that_can_be_misread_says_so_beside_its_field(
    world: World, dialog: QuestionDialog, which: str
) -> None:
    form = await asked(world, dialog, LOGIN)
    page = credentials(form)
    page.username.setText("maria")
    page.password.setText("zebra")
    field = page.username if which == "username" else page.password
    field.setText("crossing, Password: lion")
    before = field.text()
    words = "The agent may misread “, Password: ”."
    assert words in all_text(dialog)
    assert field.accessibleDescription() == words
    assert field.property("role") == "", "it is no mistake"
    field.setText("maria")
    assert words not in all_text(dialog)
    field.setText(before)
    click(dialog.foot.send_button)
    await world.settle()
    assert len(world.inbox.answered) == 1
    assert {"crossing", "lion"} <= set(world.inbox.secrets)


async def test_a_stop_tells_no_secret(world: World, dialog: QuestionDialog) -> None:
    form = await asked(world, dialog, PASSPHRASE)
    type_text(secret(form).field, "hunter2")
    click(dialog.foot.stop_button)
    await world.settle()
    assert world.inbox.secrets == []
    assert "hunter2" not in world.inbox.answered[0].text


# -- outcomes -------------------------------------------------------------------------------------


async def sent(world: World, dialog: QuestionDialog, outcome: AnswerOutcome) -> None:
    form = await asked(world, dialog, LOGIN)
    type_text(credentials(form).username, "maria")
    click(credentials(form).password.show_button)
    type_text(credentials(form).password, "hunter2")
    world.inbox.outcome = outcome
    click(dialog.foot.send_button)
    await world.settle()


@pytest.mark.parametrize("outcome", [AnswerOutcome.DELIVERED, AnswerOutcome.UNCONFIRMED])
async def test_nothing_typed_is_left_after_sending(
    world: World, dialog: QuestionDialog, outcome: AnswerOutcome
) -> None:
    await sent(world, dialog, outcome)
    undo_everything(dialog)
    assert "hunter2" not in all_text(dialog)
    assert "maria" not in all_text(dialog)


async def test_a_login_that_is_asked_for_again_has_its_username(
    world: World, dialog: QuestionDialog
) -> None:
    await sent(world, dialog, AnswerOutcome.DELIVERED)
    for task_key, name in ((2, ""), (1, "maria")):
        world.sessions.add_asking(task_key, LOGIN)
        again = a_question(task_key, LOGIN, question_n=2)
        world.inbox.ask(again)
        dialog.ask_now(again)
        await active(dialog)
        page = credentials(form_of(dialog))
        assert (page.username.text(), page.password.text()) == (name, "")
        assert page.is_empty(), "nobody typed it here"
        assert page.first_field() is (page.password if name else page.username)


async def test_unconfirmed_says_so_and_sends_nothing_again(
    world: World, dialog: QuestionDialog
) -> None:
    await sent(world, dialog, AnswerOutcome.UNCONFIRMED)
    assert "may have arrived" in dialog.foot.answer_wait.label.text()
    assert dialog.isVisible()
    assert len(world.inbox.answered) == 1


async def test_failed_keeps_the_text_and_can_be_sent_again(
    world: World, dialog: QuestionDialog
) -> None:
    await sent(world, dialog, AnswerOutcome.FAILED)
    assert "Not sent." in dialog.foot.answer_wait.label.text()
    form = form_of(dialog)
    assert credentials(form).password.text() == "hunter2"
    world.inbox.outcome = AnswerOutcome.DELIVERED
    await arm(world, dialog)
    click(dialog.foot.send_button)
    await world.settle()
    assert len(world.inbox.answered) == 2
    assert not dialog.isVisible()


async def test_gone_says_so_and_keeps_the_text(world: World, dialog: QuestionDialog) -> None:
    await sent(world, dialog, AnswerOutcome.GONE)
    assert "no longer asks this" in dialog.foot.answer_wait.label.text()
    assert dialog.card._left.text() == "", "the clock of a question that is gone"
    form = form_of(dialog)
    assert credentials(form).password.text() == "hunter2"
    assert not dialog.foot.send_button.isVisible()
    assert dialog.foot.later_button.text() == "Close"
    dialog.reject()
    assert "hunter2" not in all_text(dialog)


async def test_a_full_disk_sends_nothing(world: World, dialog: QuestionDialog) -> None:
    world.inbox.error = DiskFullError(Path("/ledger"), "full")
    await sent(world, dialog, AnswerOutcome.DELIVERED)
    assert "Nothing was sent: the disk is full." in dialog.foot.answer_wait.label.text()
    assert dialog.foot.send_button.isEnabled()


async def test_nothing_is_sent_twice_while_it_is_sending(
    world: World, dialog: QuestionDialog
) -> None:
    world.inbox.gate = asyncio.Event()
    await sent(world, dialog, AnswerOutcome.DELIVERED)
    assert dialog.foot.answer_wait.label.text() == "Sending…"
    key(dialog, ENTER, CTRL)
    click(dialog.foot.send_button)
    world.inbox.gate.set()
    await world.settle()
    assert len(world.inbox.answered) == 1


# -- answers that wait ----------------------------------------------------------------------------

WAITS = [
    (AnswerWait(why=WaitReason.BUDGET, due_ms=12_000), "Rate limit, sends in 12 s"),
    (AnswerWait(why=WaitReason.BUDGET), "Rate limit, sends as soon as possible"),
    (
        AnswerWait(why=WaitReason.NO_BROWSER, due_ms=4_000, attempt=2),
        "The service is busy, next try in 4 s (2 of 3)",
    ),
    (
        AnswerWait(why=WaitReason.LIMITED, due_ms=10_500, attempt=1),
        "Rate limit, next try in 11 s (1 of 3)",
    ),
    (
        AnswerWait(why=WaitReason.NO_BROWSER, attempt=3),
        "The service is busy, trying again (3 of 3)",
    ),
    (AnswerWait(why=WaitReason.SENDING), "Sending…"),
    (None, "Sending…"),
]


@pytest.mark.parametrize(("wait", "words"), WAITS)
def test_what_an_answer_waits_for(wait: AnswerWait | None, words: str) -> None:
    assert text_outcome.wait_text(wait, 0) == words


async def test_an_answer_that_waits_says_why_and_can_be_taken_back(
    world: World, dialog: QuestionDialog
) -> None:
    world.inbox.gate = asyncio.Event()
    await sent(world, dialog, AnswerOutcome.DELIVERED)
    line = dialog.foot.answer_wait
    assert not line.back_button.isVisible()
    due = world.clock.now_ms() + 12_000
    world.inbox.set_wait(1, AnswerWait(why=WaitReason.BUDGET, due_ms=due))
    assert line.label.text() == "Rate limit, sends in 12 s"
    world.clock.pass_ms(5_000)
    line.tick()
    assert line.label.text() == "Rate limit, sends in 7 s"
    assert line.back_button.accessibleName() == line.back_button.text() == "Take back"
    click(line.back_button)
    await world.settle()
    assert world.inbox.answered == []
    assert line.label.text() == "Taken back. Nothing was sent. Your text is still here."
    assert not line.back_button.isVisible()
    form = form_of(dialog)
    assert credentials(form).password.text() == "hunter2"
    assert dialog.foot.send_button.isEnabled()


async def test_what_can_no_longer_be_taken_back_offers_nothing(
    world: World, dialog: QuestionDialog
) -> None:
    world.inbox.gate = asyncio.Event()
    await sent(world, dialog, AnswerOutcome.DELIVERED)
    world.inbox.set_wait(1, AnswerWait(why=WaitReason.BUDGET))
    world.inbox.set_wait(1, None)
    assert dialog.foot.answer_wait.label.text() == "Sending…"
    assert not dialog.foot.answer_wait.back_button.isVisible()
    world.inbox.gate.set()
    await world.settle()
    assert not dialog.isVisible()


async def test_a_question_that_may_have_been_answered_says_so(
    world: World, dialog: QuestionDialog
) -> None:
    ask(world, dialog, WHICH)
    assert not dialog.page.doubts.isVisible()
    world.inbox.open = [replace(world.inbox.open[0], maybe_answered=True)]
    world.inbox.changed.emit()
    assert dialog.page.doubts.isVisible()
    assert dialog.page.doubts.text().startswith("An answer was sent, but")


async def test_a_question_of_a_task_at_its_cap_says_when_it_is_stopped(
    world: World, dialog: QuestionDialog
) -> None:
    ask(world, dialog, WHICH)
    due = {"due_ms": world.services.clock.now_ms() + 28_000}
    for at_cap, said in ((False, ""), (True, "Stops at your cap in 28 s.")):
        why = WaitReason.BUDGET
        world.sessions.set_pending(1, CommandVerb.STOP, why, at_cap=at_cap, **due)
        world.inbox.changed.emit()
        assert dialog.page.doubts.text() == said


async def test_a_question_that_any_of_several_tasks_may_ask_is_shown_as_none_of_them(
    world: World, dialog: QuestionDialog
) -> None:
    question = world.sessions.add_asking(1, WHICH)
    world.inbox.ask(replace(question, is_asker_unknown=True))
    dialog.ask_now(replace(question, is_asker_unknown=True))
    assert dialog.page.doubts.text().startswith("It is unclear which task")
    task = world.sessions.task(1)
    assert task is not None
    assert task.spec.text not in all_text(dialog)
    assert "one of several tasks" in all_text(dialog)


def test_an_answer_that_was_refused_once_is_not_said_to_be_unsent() -> None:
    result = AnswerResult(outcome=AnswerOutcome.GONE, error=NotConnectedError("dns"))
    assert text_outcome.answer_text(result, has_text=True) == (
        "Your answer was sent and refused. The agent no longer asks this. Your text is still here."
    )


def test_a_failed_answer_says_why() -> None:
    result = AnswerResult(outcome=AnswerOutcome.FAILED, error=NotConnectedError("dns"))
    assert text_outcome.answer_text(result, has_text=True) == (
        "Not sent. No connection: the service's address was not found. Your text is still "
        "here. Send it again."
    )


# -- several questions ----------------------------------------------------------------------------


async def test_the_next_question_follows_with_its_own_fields(
    world: World, dialog: QuestionDialog
) -> None:
    world.inbox.ask(world.sessions.add_asking(2, WHICH))
    form = await asked(world, dialog, LOGIN)
    assert "2 of 2" in all_text(dialog)
    type_text(credentials(form).username, "maria")
    type_text(credentials(form).password, "hunter2")
    click(dialog.foot.send_button)
    await world.settle()
    assert question_of(dialog).text == WHICH
    assert not dialog.is_armed()
    assert "hunter2" not in all_text(dialog)
    assert "of 2" not in all_text(dialog)


async def test_turning_keeps_each_text_with_its_question(
    world: World, dialog: QuestionDialog
) -> None:
    world.inbox.ask(world.sessions.add_asking(2, "Which size?"))
    await asked(world, dialog, WHICH)
    first = form_of(dialog)
    type_text(free_text(first).text, "red")
    back, forth = (button(dialog, name) for name in ("Previous question", "Next question"))
    click(forth)
    second = form_of(dialog)
    assert free_text(second).text.text() == ""
    click(back)
    assert dialog.page.form is first
    assert free_text(first).text.text() == "red"


async def test_a_question_that_goes_away_untouched_closes_the_window(
    world: World, dialog: QuestionDialog
) -> None:
    await asked(world, dialog, WHICH)
    world.inbox.close(1)
    assert not dialog.isVisible()


async def test_a_question_that_goes_away_under_typing_stays_to_be_read(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, WHICH)
    type_text(free_text(form).text, "red")
    world.inbox.close(1)
    assert dialog.isVisible()
    assert "no longer asks this" in dialog.foot.answer_wait.label.text()
    assert free_text(form).text.text() == "red"


async def test_after_a_question_that_is_over_the_next_one_comes(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, WHICH)
    type_text(free_text(form).text, "red")
    world.inbox.close(1)
    world.inbox.ask(world.sessions.add_asking(2, "Which size?"))
    await arm(world, dialog)
    click(dialog.foot.later_button)
    assert dialog.isVisible()
    assert question_of(dialog).text == "Which size?"


async def test_an_answer_that_arrives_after_closing_is_forgotten_too(
    world: World, dialog: QuestionDialog
) -> None:
    world.inbox.gate = asyncio.Event()
    await sent(world, dialog, AnswerOutcome.DELIVERED)
    dialog.reject()
    world.inbox.gate.set()
    await world.settle()
    undo_everything(dialog)
    assert "hunter2" not in all_text(dialog)
    assert not dialog.isVisible()


async def test_an_answer_that_arrives_later_leaves_the_draft_of_another_question(
    world: World, dialog: QuestionDialog
) -> None:
    other = world.sessions.add_asking(2, "Which size?")
    world.inbox.ask(other)
    dialog.ask_now(other)
    draft = form_of(dialog)
    type_text(free_text(draft).text, "large")
    world.inbox.gate = asyncio.Event()
    await sent(world, dialog, AnswerOutcome.DELIVERED)
    dialog.ask_now(other)
    world.inbox.gate.set()
    await world.settle()
    assert [one.task_key for one in world.inbox.answered] == [1]
    assert dialog.isVisible()
    assert dialog.page.form is draft
    assert free_text(draft).text.text() == "large"
    assert dialog.foot.send_button.isEnabled()
    undo_everything(dialog)
    assert "hunter2" not in all_text(dialog)
