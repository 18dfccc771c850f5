"""What was typed for a question and not sent."""

import pytest
from PySide6.QtCore import Qt

from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.services.types import AnswerOutcome
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.form import AnswerForm
from tests.kit.person import (
    CTRL,
    active,
    all_text,
    button,
    click,
    key,
    shown_texts,
    type_text,
)
from tests.kit.question_pages import credentials, free_text, secret, yes_no
from tests.kit.world import World

LOGIN = "I need login credentials to proceed."
WHICH = "Which colour should I take?"
MAY_I = "Do you want me to go on?"
THROWN_AWAY = "Draft discarded."


async def shown(world: World, dialog: QuestionDialog, text: str, key_: int = 1) -> AnswerForm:
    """An agent asks that, and its question is open in the window."""
    if not any(question.task_key == key_ for question in world.inbox.questions()):
        world.inbox.ask(world.sessions.add_asking(key_, text))
    dialog.ask_now(next(q for q in world.inbox.questions() if q.task_key == key_))
    await active(dialog)
    form = dialog.current_form()
    assert form is not None
    return form


async def kept(world: World, dialog: QuestionDialog, text: str, words: str) -> AnswerForm:
    """These words were typed, and the window was closed and opened again."""
    form = await shown(world, dialog, text)
    type_text(free_text(form).text, words)
    key(dialog, Qt.Key.Key_Escape)
    return await shown(world, dialog, text)


async def test_a_kept_one_comes_back_selected_as_a_whole(
    world: World, dialog: QuestionDialog
) -> None:
    form = await shown(world, dialog, WHICH)
    assert "Draft kept" not in shown_texts(dialog)
    type_text(free_text(form).text, "The red one")
    assert "Draft kept" not in shown_texts(dialog), "it never went away"
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog, WHICH)
    assert "Draft kept" in shown_texts(dialog)
    type_text(free_text(form).text, "Blue")
    assert free_text(form).text.text() == "Blue"
    assert "Draft kept" not in shown_texts(dialog), "these words are new"


async def test_a_password_comes_back_in_the_same_way(world: World, dialog: QuestionDialog) -> None:
    """Half a password and a whole one behind it were a wrong one."""
    form = await shown(world, dialog, LOGIN)
    type_text(credentials(form).username, "maria")
    type_text(credentials(form).password, "hunt")
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog, LOGIN)
    assert credentials(form).password.hasFocus()
    type_text(credentials(form).password, "hunter2")
    assert form.page().answer() == "Username: maria, Password: hunter2"


async def test_one_that_was_turned_away_from_comes_back_so_too(
    world: World, dialog: QuestionDialog
) -> None:
    world.inbox.ask(world.sessions.add_asking(2, "Which size?"))
    form = await shown(world, dialog, WHICH)
    type_text(free_text(form).text, "red")
    click(button(dialog, "Next question"))
    assert "Draft kept" not in shown_texts(dialog)
    click(button(dialog, "Previous question"))
    assert dialog.current_form() is form
    type_text(free_text(form).text, "blue")
    assert free_text(form).text.text() == "blue"


async def test_clear_throws_it_away_and_undo_brings_it_back(
    world: World, dialog: QuestionDialog
) -> None:
    form = await kept(world, dialog, WHICH, "The red one")
    click(form.clear_button)
    assert form.is_empty()
    assert free_text(form).text.hasFocus()
    assert not form.clear_button.isVisible()
    assert THROWN_AWAY in shown_texts(dialog)
    click(button(dialog.toast, "Undo"))
    assert free_text(form).text.text() == "The red one"
    assert THROWN_AWAY not in shown_texts(dialog)
    assert form.clear_button.isVisible()
    assert world.inbox.answered == []


async def test_so_does_its_key(world: World, dialog: QuestionDialog) -> None:
    form = await shown(world, dialog, MAY_I)
    click(yes_no(form).no)
    type_text(yes_no(form).text, "No, thanks")
    words = yes_no(form).text.text()
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog, MAY_I)
    click(form.clear_button)
    assert not yes_no(form).no.isChecked()
    key(yes_no(form).yes, Qt.Key.Key_Z, CTRL)
    assert yes_no(form).text.text() == words
    assert yes_no(form).no.isChecked()


async def test_its_key_brings_back_all_fields_whichever_has_the_focus(
    world: World, dialog: QuestionDialog
) -> None:
    form = await shown(world, dialog, LOGIN)
    type_text(credentials(form).username, "maria")
    click(form.chips[QuestionKind.FREE_TEXT])
    type_text(free_text(form).text, "I have none")
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog, LOGIN)
    click(form.clear_button)
    assert free_text(form).text.hasFocus()
    key(free_text(form).text, Qt.Key.Key_Z, CTRL)
    assert free_text(form).text.text() == "I have none"
    assert credentials(form).username.text() == "maria"


async def test_else_its_key_is_the_fields_own(world: World, dialog: QuestionDialog) -> None:
    form = await shown(world, dialog, MAY_I)
    type_text(yes_no(form).text, "No")
    key(yes_no(form).text, Qt.Key.Key_Z, CTRL)
    assert yes_no(form).text.text() == ""


async def test_a_cleared_password_is_gone_and_the_username_comes_back(
    world: World, dialog: QuestionDialog
) -> None:
    form = await shown(world, dialog, LOGIN)
    type_text(credentials(form).username, "maria")
    click(credentials(form).password.show_button())
    type_text(credentials(form).password, "hunter2")
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog, LOGIN)
    click(form.clear_button)
    assert form.is_empty()
    click(button(dialog.toast, "Undo"))
    assert credentials(form).username.text() == "maria"
    for _ in range(3):
        assert "hunter2" not in all_text(dialog)
        credentials(form).password.undo()


async def test_a_secret_alone_is_not_offered_again(world: World, dialog: QuestionDialog) -> None:
    form = await shown(world, dialog, "What is the passphrase?")
    type_text(secret(form).field, "hunter2")
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog, "What is the passphrase?")
    click(form.clear_button)
    assert secret(form).field.text() == ""
    assert not dialog.toast.isVisible()


@pytest.mark.parametrize("what", ["typing", "another question", "its end"])
async def test_undo_is_offered_only_while_it_does_that(
    world: World, dialog: QuestionDialog, what: str
) -> None:
    world.inbox.ask(world.sessions.add_asking(2, "Which size?"))
    form = await kept(world, dialog, WHICH, "The red one")
    click(form.clear_button)
    assert dialog.toast.isVisible()
    if what == "typing":
        type_text(free_text(form).text, "b")
    elif what == "another question":
        click(button(dialog, "Next question"))
    else:
        world.inbox.close(1)
    assert dialog.isVisible()
    assert not dialog.toast.isVisible()


async def test_what_was_sent_cannot_be_brought_back(world: World, dialog: QuestionDialog) -> None:
    form = await kept(world, dialog, WHICH, "Only mother knows")
    click(form.clear_button)
    type_text(free_text(form).text, "blue")
    world.clock.pass_ms(1_500)
    world.inbox.outcome = AnswerOutcome.UNCONFIRMED
    key(free_text(form).text, Qt.Key.Key_Return, CTRL)
    await world.settle()
    assert len(world.inbox.answered) == 1
    for _ in range(3):
        form.bring_back()
        assert "mother" not in all_text(dialog)
        free_text(form).text.undo()
    assert "Draft kept" not in shown_texts(dialog)


async def test_an_offered_username_is_no_draft(world: World, dialog: QuestionDialog) -> None:
    dialog._usernames[1] = "maria"
    form = await shown(world, dialog, LOGIN)
    click(form.chips[QuestionKind.FREE_TEXT])
    type_text(free_text(form).text, "I have none")
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog, LOGIN)
    click(form.clear_button)
    assert credentials(form).username.text() == "maria"
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog, LOGIN)
    assert not form.clear_button.isVisible()


async def test_it_is_said_aloud_and_named(world: World, dialog: QuestionDialog) -> None:
    said: list[str] = []
    dialog.toast.said.connect(said.append)
    form = await kept(world, dialog, WHICH, "The red one")
    assert form.clear_button.accessibleName() == form.clear_button.text() == "Clear"
    click(form.clear_button)
    assert said == [THROWN_AWAY]
    assert dialog.toast.accessibleName() == THROWN_AWAY
