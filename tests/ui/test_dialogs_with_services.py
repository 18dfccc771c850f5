"""The dialogs on the program's own services, against the simulator process."""

from collections.abc import Callable

import pytest

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.settings.key_dialog import KeyDialog
from tests.conftest import Simulator
from tests.kit.person import CTRL, ENTER, active, all_text, in_sight, key, type_text
from tests.kit.question_pages import credentials, form_of
from tests.kit.wait import until
from tests.services.conftest import Running, running

__all__ = ["running"]  # a fixture
pytestmark = pytest.mark.usefixtures("no_window_left")

Start = Callable[..., Simulator]


async def answer(password: str) -> None:
    """Answer the credentials question that comes up."""
    await until(lambda: in_sight(QuestionDialog))
    (dialog,) = in_sight(QuestionDialog)
    await active(dialog)
    await until(dialog.is_armed)
    form = form_of(dialog)
    type_text(credentials(form).username, "maria")
    type_text(credentials(form).password, password)
    key(credentials(form).password, ENTER, CTRL)
    await until(lambda: not dialog.isVisible())
    assert password not in all_text(dialog)


async def test_a_task_is_typed_its_questions_come_up_and_are_answered(
    simulator: Start, running: Running
) -> None:
    async with running(simulator("--speed", "20").url) as parts:
        sessions = parts.services.sessions
        dialogs = Dialogs(parts.services, lambda: None)
        dialogs.start()
        dialogs.open_new_task(None, None)
        (new_task,) = in_sight(NewTaskDialog)
        await active(new_task)
        type_text(new_task.task_text, "Log in at bank.example and read the balance")
        key(new_task.task_text, ENTER, CTRL)
        await until(lambda: not new_task.isVisible())
        (task_key,) = sessions.task_keys()
        await answer("wrong-hunter1")
        await answer("hunter2-right")
        await until(lambda: sessions.task(task_key).is_final)
        assert sessions.task(task_key).status is TaskStatus.DONE
        dialogs.close_all()


async def test_a_key_is_saved_and_asked_about(simulator: Start, running: Running) -> None:
    async with running(simulator().url) as parts:
        dialogs = Dialogs(parts.services, lambda: None)
        dialogs.start()
        dialogs.open_key()
        (dialog,) = in_sight(KeyDialog)
        await active(dialog)
        for typed, words in (("enig_nobody", "refused"), ("enig_demo", "accepted")):
            type_text(dialog.key, typed)
            key(dialog.key, ENTER)
            await until(lambda words=words: words in dialog.outcome.text())
            assert (typed in all_text(dialog)) is (words == "refused")  # it may lack a letter
            dialog.key.selectAll()
        dialogs.close_all()
