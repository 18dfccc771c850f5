"""What was typed for a question and not sent."""

from PySide6.QtCore import Qt

from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.form import AnswerForm
from tests.kit.person import active, button, click, key, shown_texts, type_text
from tests.kit.question_pages import credentials, form_of, free_text
from tests.kit.world import World

LOGIN = "I need login credentials to proceed."
WHICH = "Which colour should I take?"
MAY_I = "Do you want me to go on?"


async def shown(world: World, dialog: QuestionDialog, text: str, key_: int = 1) -> AnswerForm:
    """An agent asks that, and its question is open in the window."""
    if not any(question.task_key == key_ for question in world.inbox.questions()):
        world.inbox.ask(world.sessions.add_asking(key_, text))
    dialog.ask_now(next(q for q in world.inbox.questions() if q.task_key == key_))
    await active(dialog)
    return form_of(dialog)


async def kept(world: World, dialog: QuestionDialog, text: str, words: str) -> AnswerForm:
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
    assert dialog.page.form is form
    type_text(free_text(form).text, "blue")
    assert free_text(form).text.text() == "blue"
