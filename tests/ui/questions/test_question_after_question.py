"""A dialog that shows question after question for days keeps nothing of those that are over."""

import asyncio
import gc

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QScrollBar

from enigma_panel.ui.questions.dialog import QuestionDialog
from tests.kit.world import World

TEXTS = ("I need login credentials to proceed.", "Which colour should I take?")


async def _ask(world: World, dialog: QuestionDialog, n: int) -> None:
    question = world.sessions.add_asking(n, TEXTS[n % 2])
    world.inbox.ask(question)
    dialog.ask_now(question)
    await asyncio.sleep(0.01)
    world.inbox.close(n)
    await asyncio.sleep(0.01)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _scroll_bars() -> int:
    gc.collect()
    return sum(type(each) is QScrollBar for each in gc.get_objects())


async def test_nothing_of_an_old_question_is_kept(world: World) -> None:
    dialog = QuestionDialog(world.services, None)
    for n in range(1, 5):
        await _ask(world, dialog, n)
    before = _scroll_bars()
    for n in range(5, 25):
        await _ask(world, dialog, n)
    assert _scroll_bars() <= before + 2
