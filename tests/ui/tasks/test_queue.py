"""The queue in the window: rows on top in order, what mouse and keyboard do."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.service_rules import Field
from enigma_panel.services.types import Diff, QueueEntry, WaitReason
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.main_window import selection
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.tasks.model import Column, TasksModel
from enigma_panel.ui.text.states import local_moment
from enigma_panel.ui.text.waiting import QueueAction
from enigma_panel.ui.theme.palette import Severity
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table.model import Role
from enigma_panel.ui.widgets.table.table import ROW_HEIGHT, KeyedTable
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.fakes import FakeDialogs, FakeQueue
from tests.kit.person import button, shown_texts
from tests.kit.tables import SPOKEN, STRICT, cell_text
from tests.kit.wait import until

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def tasks(services: Any, hold: PointerHold) -> TasksModel:
    model = TasksModel(services, hold)
    services.queue.changed.connect(model.follow_queue)
    model.tester = QAbstractItemModelTester(model, STRICT)  # type: ignore[attr-defined]
    return model


def add_queued(services: Any, *keys: int, why: WaitReason = WaitReason.TURN, **facts: Any) -> None:
    for key in keys:
        services.sessions.add_queued(key)
    services.queue.put(*keys, why=why, tell=False, **facts)
    new = tuple(keys)
    services.sessions.changed.emit(Diff(tasks=frozenset(keys), new_tasks=new))
    services.queue.changed.emit()


# -- the rows -------------------------------------------------------------------------------------


def test_the_line_stands_on_top_in_its_order(services: Any, tasks: TasksModel) -> None:
    services.sessions.add(1, status=TaskStatus.DONE, ended_ms=NOW)
    services.sessions.add(2)
    add_queued(services, 3, 4, 5)
    services.sessions.add(6)
    assert tasks.keys() == [3, 4, 5, 6, 2, 1]
    queue: FakeQueue = services.queue
    queue.set(*(replace(queue.waiting[n], position=at) for at, n in enumerate((2, 0, 1), start=1)))
    assert tasks.keys() == [5, 3, 4, 6, 2, 1]
    services.sessions.change_task(5, status=TaskStatus.STARTING)
    queue.set(*queue.waiting[1:])
    assert tasks.keys() == [3, 4, 6, 5, 2, 1]


def test_cells_of_a_task_in_queue(services: Any, tasks: TasksModel) -> None:
    add_queued(services, 1, why=WaitReason.NO_SLOT)
    add_queued(services, 2, why=WaitReason.TURN, due_ms=NOW + 19_000)
    assert cell_text(tasks, 1, Column.STATUS) == "Queued"
    assert cell_text(tasks, 1, Column.RESULT) == "Waiting for a free browser (5 of 5 in use)"
    assert cell_text(tasks, 2, Column.RESULT) == "2nd, about 19 s"
    assert cell_text(tasks, 2, Column.RESULT, SPOKEN) == "2nd, about 19 s"
    for column in (Column.COST, Column.TOOK, Column.ENDED, Column.TOKENS_IN, Column.SESSION):
        assert cell_text(tasks, 1, column) == "–"  # never "…": no news are to come
        assert cell_text(tasks, 1, column, SPOKEN) == "–"
    services.health.lose(NOW)
    assert cell_text(tasks, 2, Column.RESULT) == "2nd in the queue"


def test_what_needs_the_person_is_amber(services: Any, tasks: TasksModel) -> None:
    services.sessions.add(9)
    services.sessions.add_queued(1)
    services.sessions.tasks[1] = replace(services.sessions.tasks[1], session_key=9)
    services.queue.put(1, why=WaitReason.BUSY)
    cell = cell_text(tasks, 1, Column.RESULT, Role.CELL)
    assert (cell.text, cell.severity) == ("Runs after the task in shop.example 9", Severity.DIM)
    assert cell_text(tasks, 1, Column.SESSION) == "shop.example 9"
    services.queue.set(QueueEntry(task_key=1, position=1, why=WaitReason.CLOSING))
    assert cell_text(tasks, 1, Column.RESULT) == "Waiting until shop.example 9 is closed"
    services.queue.set(QueueEntry(task_key=1, position=1, why=WaitReason.SESSION_ENDED))
    cell = cell_text(tasks, 1, Column.RESULT, Role.CELL)
    assert (cell.text, cell.severity) == ("Its session has ended", Severity.AMBER)


def test_while_all_browsers_ask_a_bar_says_so_and_leads_to_the_answer(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    bar, rows = window.queue_bar, window.selection.task_rows
    for key in (1, 2):
        services.sessions.add(key, status=TaskStatus.ASKS)
        services.inbox.ask(a_question(key, "Which one?"))
    add_queued(services, 3, 4, 5, why=WaitReason.ANSWER)
    assert shown_texts(bar).startswith("2 browsers wait for your answer.\n3 tasks are queued.")
    said = [cell_text(rows, key, Column.RESULT) for key in (3, 4)]
    assert said == ["Next, once you answer", "2nd in the queue"]
    answer = button(bar, "Answer 2 questions")
    answer.click()
    assert dialogs.calls == [("open_question", None)]
    services.inbox.sending.add(1)
    services.inbox.waiting_changed.emit(1)
    assert shown_texts(bar).startswith("1 browser waits")
    window.hold.aim()
    services.inbox.close(1)
    services.queue.set(replace(services.queue.waiting[0], why=WaitReason.TURN))
    assert (bar.isVisible(), shown_texts(bar)) == (True, ""), "no row moves below the pointer"
    window.hold.leave()
    assert not bar.isVisible()


UNSENT_TEXTS = {
    "TAKEN_BACK": ("Never started", "It was not started."),
    "FROM_COPY": ("May have run since this history was copied", "It may have run since then."),
}


@pytest.mark.parametrize("code", UNSENT_TEXTS)
def test_a_task_that_left_the_line_unsent_says_so(
    window: MainWindow, services: Any, tasks: TasksModel, code: str
) -> None:
    services.sessions.add_queued(1)
    services.sessions.change_session(1, phase=Phase.DROPPED)
    services.sessions.change_task(
        1, status=TaskStatus.STOPPED, code=code, ended_ms=NOW, sent_ms=None
    )
    tasks.arrange()
    result, details = UNSENT_TEXTS[code]
    assert cell_text(tasks, 1, Column.RESULT) == result
    assert cell_text(tasks, 1, Column.TOOK) == "–"
    window.selection.task_rows.arrange()
    window.selection.tasks.select_key(1)
    assert details in shown_texts(window.details)
    assert "New session" not in shown_texts(window.details)
    assert button(window.details, "Run again").isEnabled()


def test_what_was_not_sent_has_not_started(services: Any, tasks: TasksModel) -> None:
    services.sessions.add_queued(1)
    services.sessions.add(2, sent_ms=NOW)
    tasks.arrange()
    assert cell_text(tasks, 1, Column.STARTED) == "–"
    assert cell_text(tasks, 2, Column.STARTED) == local_moment(NOW, NOW)


def test_an_earlier_day_stands_alone_and_its_tip_has_the_time(
    services: Any, tasks: TasksModel
) -> None:
    then = NOW - 3 * 86_400_000
    services.sessions.add(1, status=TaskStatus.DONE, ended_ms=then)
    tasks.arrange()
    whole = local_moment(then, NOW)
    assert whole.startswith(f"{cell_text(tasks, 1, Column.ENDED)} ")
    assert cell_text(tasks, 1, Column.ENDED, SPOKEN) == whole
    assert whole in cell_text(tasks, 1, Column.ENDED, Qt.ItemDataRole.ToolTipRole)


def test_nothing_moves_while_somebody_aims(
    services: Any, tasks: TasksModel, hold: PointerHold
) -> None:
    add_queued(services, 1, 2, 3)
    hold.aim()
    services.queue.set(*services.queue.waiting[1:])
    add_queued(services, 4)
    assert tasks.keys() == [1, 2, 3]
    assert cell_text(tasks, 2, Column.RESULT) == "2nd in the queue"
    hold.leave()
    assert tasks.keys() == [2, 3, 4, 1]


def test_what_the_person_moves_in_the_line_is_shown_at_once(
    services: Any, tasks: TasksModel, hold: PointerHold
) -> None:
    add_queued(services, 1, 2, 3, 4)
    hold.aim()
    services.queue.set(*services.queue.waiting[1:])  # its row waits
    add_queued(services, 5)
    second, third, *others = services.queue.waiting
    services.queue.set(third, second, *others)
    assert tasks.keys() == [1, 3, 2, 4]
    hold.leave()
    assert tasks.keys() == [3, 2, 4, 5, 1]


def place_of(table: KeyedTable, key: int) -> int:
    row = table.rows.row_of(key)
    assert row is not None
    return table.visualRect(table.rows.index(row, 0)).top()


def test_what_is_read_stays_when_the_row_above_it_leaves(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = window.selection.tasks
    add_queued(services, *range(1, 101))
    qapp.processEvents()
    table.verticalScrollBar().setValue(20 * ROW_HEIGHT)
    assert table.rows.key_at(table.rowAt(ROW_HEIGHT // 2)) == 21
    before = [place_of(table, key) for key in (22, 23, 24)]
    services.queue.set(*services.queue.waiting[:20], *services.queue.waiting[21:])
    qapp.processEvents()
    assert [place_of(table, key) for key in (22, 23, 24)] == before
    table.select_key(50)
    table.setFocus()
    services.queue.set()
    qapp.processEvents()
    assert table.selected_keys() == [50]
    assert table.rows.key_at(table.currentIndex().row()) == 50
    assert table.hasFocus()


async def test_many_changes_of_the_queue_are_shown_once(
    services: Any, dialogs: FakeDialogs, light: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "Debounce", Debounce)
    window = MainWindow(services, dialogs)
    shown: list[int] = []
    window.selection.queue_changed.connect(lambda: shown.append(1))
    for _ in range(100):
        services.queue.changed.emit()
    await until(lambda: shown)
    await asyncio.sleep(2 * selection.QUEUE_MS / 1_000)
    assert shown == [1]


# -- what is done with them -----------------------------------------------------------------------


@pytest.fixture
def queued(window: MainWindow, services: Any, qapp: QApplication) -> MainWindow:
    services.sessions.add(1, status=TaskStatus.DONE, ended_ms=NOW)
    add_queued(services, 2, 3, 4)
    window.activateWindow()
    qapp.processEvents()
    return window


def names(parent: QWidget) -> list[str]:
    return [b.accessibleName() for b in parent.findChildren(QPushButton) if b.isVisible()]


def test_the_keyboard_does_the_same(queued: MainWindow, services: Any) -> None:
    table = queued.selection.tasks
    table.select_key(3)
    QTest.keyClick(queued.selection.sessions, Qt.Key.Key_Delete)
    assert services.queue.calls == []  # only while the Tasks table has the focus
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Home, ALT)
    QTest.keyClick(table, Qt.Key.Key_Up, ALT)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert services.queue.calls == [("start next", 3), ("up", 3), ("remove", (3,))]
    assert table.selected_keys() == [3]
    table.select_key(1)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert len(services.queue.calls) == 3


def test_pressing_up_until_it_is_first_does_not_remove_it(
    queued: MainWindow, services: Any, qapp: QApplication
) -> None:
    queued.selection.tasks.select_key(3)
    up = button(queued.details, "Up")
    up.setFocus()
    queue = services.queue.waiting
    services.queue.set(replace(queue[1], position=1), replace(queue[0], position=2), queue[2])
    assert not up.isEnabled()
    assert queued.details.page.hasFocus()
    QTest.keyClick(existing(qapp.focusWidget()), Qt.Key.Key_Space)
    assert services.queue.calls == []


def test_a_task_whose_session_has_ended_gets_another(queued: MainWindow, services: Any) -> None:
    queue = services.queue.waiting
    services.queue.set(*queue[:2], replace(queue[2], why=WaitReason.SESSION_ENDED))
    queued.selection.tasks.select_key(4)
    queued.queue_actions.actions[QueueAction.NEW_SESSION].trigger()
    button(queued.details, "Run in a new session").click()
    assert services.queue.calls == [("new session", 4), ("new session", 4)]


async def test_a_task_with_a_field_that_its_dialect_lacks_is_edited(
    queued: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    queue, sessions = services.queue, services.sessions
    held = replace(queue.waiting[2], why=WaitReason.UNSUPPORTED, unsupported=(Field.AVOID_DOMAINS,))
    queue.set(*queue.waiting[:2], held)
    queued.selection.tasks.select_key(4)
    row = cell_text(queued.selection.task_rows, 4, Column.RESULT)
    assert row == "This service has no “Avoid domains”: edit the task"
    queued.queue_actions.actions[QueueAction.EDIT].trigger()
    assert (queue.calls, dialogs.calls) == ([("remove", (4,))], [])  # it was sent after all
    sessions.change_task(4, status=TaskStatus.STOPPED, code="TAKEN_BACK")
    queue.set(*queue.waiting)
    queued.selection.tasks.select_key(3)
    queued.selection.tasks.select_key(4)  # what the person selects takes a press at once
    button(queued.details, "Edit").click()
    assert dialogs.calls == [("open_new_task", None, sessions.task(4).spec)]
    button(queued.toast, "Undo").click()  # New task offers none for words that stay as they are
    assert sessions.calls[-1] == ("restore", (4,))


def test_details_tell_what_a_task_waits_for(queued: MainWindow, services: Any) -> None:
    queued.selection.tasks.select_key(3)
    said = shown_texts(queued.details)
    assert "2nd in the queue." in said
    assert names(queued.details.verbs) == ["Start next", "Up", "Remove"]
    queue = services.queue.waiting
    due = replace(queue[1], why=WaitReason.NO_SLOT, due_ms=NOW + 43_000)
    services.queue.set(queue[0], due, queue[2])
    assert "2nd in the queue, about 43 s." in shown_texts(queued.details)
    assert "2nd in the queue." not in shown_texts(queued.details), "once is enough"
    services.queue.set(
        queue[0], replace(queue[1], why=WaitReason.BUDGET, due_ms=NOW + 12_000), queue[2]
    )
    said = shown_texts(queued.details)
    assert "Rate limit, starts in 12 s." in said
    assert "2nd in the queue." in said
    services.clock.now += 2_000
    queued.details.tick()
    assert "Rate limit, starts in 10 s." in shown_texts(queued.details)
    button(queued.details, "Start next").click()
    assert services.queue.calls == [("start next", 3)]
    queued.selection.tasks.select_key(1)
    assert names(queued.details.verbs) == ["Run again", "Edit and run again…"]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_has_what_concerns_the_selection(queued: MainWindow, services: Any) -> None:
    def offered() -> list[str]:
        queued.menus.show_for_tasks(QPoint(10, 10))
        found = [a.text() for a in queued.menus.menu.actions() if not a.isSeparator()]
        queued.menus.menu.hide()
        return found

    queued.selection.tasks.select_key(3)
    assert offered() == ["Start next", "Up", "Remove", "Copy result", "Edit and run again…"]
    queued.selection.tasks.selectAll()
    assert offered() == ["Remove", "Copy results", "Mark as seen", "Run again…"]


def test_a_ledger_that_fails_is_said(
    queued: MainWindow, services: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    async def fail(_key: int) -> None:
        raise LedgerError(tmp_path, "full")

    monkeypatch.setattr(services.queue, "up", fail)
    queued.app_actions.queued([3], QueueAction.UP)
    assert "The queue stays as it was" in queued.toast.accessibleName()
