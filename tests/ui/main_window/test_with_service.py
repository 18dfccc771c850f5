"""The window over the real services and a simulator process: tasks from start to end, the queue."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import WaitReason
from enigma_panel.ui import actions
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column as SessionColumn
from enigma_panel.ui.text.steps import step_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.table.model import Role
from tests.kit.fakes import FakeDialogs
from tests.kit.wait import until
from tests.services.conftest import Running


async def test_a_task_from_start_to_end(
    running: Running, simulator: Callable[..., Any], qapp: QApplication
) -> None:
    qapp.setQuitOnLastWindowClosed(False)  # as the program does; else closing ends the loop
    theme.apply(qapp, Qt.ColorScheme.Light)
    async with running(simulator("--speed", "20").url) as parts:
        window = MainWindow(parts.services, FakeDialogs())
        window.show()
        sessions, selection = parts.services.sessions, window.selection
        spec = TaskSpec(text="Price of MX Keys at amazon.com", close_after=False)
        key = await sessions.start(spec)
        assert selection.tasks.select_key(key)
        await until(selection.session_rows.keys)  # it is queued for a moment
        (session_key,) = selection.session_rows.keys()
        assert selection.sessions.select_key(session_key)
        await until(lambda: sessions.task(key).status is TaskStatus.DONE)
        task = sessions.task(key)
        assert task is not None
        window.activateWindow()
        assert sessions.task(key).is_new  # its session's row is the subject
        window.selection.show_task(key)
        await until(lambda: not sessions.task(key).is_new)
        assert window.details.result.reading.toPlainText() == task.result
        index = selection.session_rows.index(0, SessionColumn.STATE)
        await until(lambda: index.data() == "Idle · still billing")
        enabled = {verb for verb, action in window.verbs.items() if action.isEnabled()}
        assert enabled == {CommandVerb.TERMINATE}
        window.verbs[CommandVerb.TERMINATE].trigger()  # no task is at work: it goes at once
        await until(lambda: sessions.session(session_key).phase is not Phase.OPEN)
        assert index.data() in {"Closed (assumed)", "Ended by you"}
        told = [step_text(step) for step in window.details.timeline.lines.steps()]
        assert (told[0], told[-1]) == ("Task sent", "Done")
        window.close_for_good()
        window.deleteLater()


RESEARCH = "Research the history of typewriters at a.example"


@asynccontextmanager
async def a_window(parts: Any, qapp: QApplication) -> AsyncIterator[MainWindow]:
    qapp.setQuitOnLastWindowClosed(False)
    theme.apply(qapp, Qt.ColorScheme.Light)
    window = MainWindow(parts.services, FakeDialogs())
    window.show()
    window.activateWindow()
    try:
        yield window
    finally:
        window.close_for_good()
        window.deleteLater()


async def test_a_terminate_is_taken_back_and_another_is_hurried(
    running: Running,
    simulator: Callable[..., Any],
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "GRACE_MS", 600_000)  # nobody waits for that
    async with running(simulator("--speed", "2").url) as parts, a_window(parts, qapp) as window:
        sessions, selection = parts.services.sessions, window.selection
        key = await sessions.start(TaskSpec(text=RESEARCH))
        await until(lambda: selection.session_rows.keys() and sessions.task(key).sent_ms)
        (session_key,) = selection.session_rows.keys()
        await until(lambda: sessions.session(session_key).service_id)
        selection.sessions.select_key(session_key)
        window.verbs[CommandVerb.TERMINATE].trigger()
        await until(lambda: sessions.pending(session_key))
        assert sessions.pending(session_key).why is WaitReason.UNDO
        row = selection.session_rows.index(0, SessionColumn.STATE)
        assert row.data(Role.CELL).tail.startswith("Terminating in ")
        assert window.verbs[CommandVerb.TERMINATE].isEnabled()
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert sessions.pending(session_key) is None
        assert sessions.session(session_key).phase is Phase.OPEN
        assert window.verbs[CommandVerb.PAUSE].isEnabled()
        for _ in range(2):
            window.verbs[CommandVerb.TERMINATE].trigger()
            await until(
                lambda: sessions.pending(session_key) or sessions.session(session_key).is_ended
            )
        await until(lambda: sessions.session(session_key).is_ended)
