"""What the live channel shows in the main window: "does now" in a row, how news come, tips."""

from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, QRect, QSize, Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QApplication

from enigma_panel.api.protocols import LiveFault
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import Diff, LiveShare, WaitReason
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.tasks.model import Column as TaskColumn, task_cost_cell
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.text.steps import live_tip
from enigma_panel.ui.theme.palette import Severity
from enigma_panel.ui.widgets.table.model import Role
from tests.kit.builders import new_task
from tests.kit.clock import NOW
from tests.kit.fakes import FakeLive
from tests.kit.tables import SPOKEN, cell_text, read_tip

TIP = Qt.ItemDataRole.ToolTipRole
DESCRIPTION = Qt.ItemDataRole.AccessibleDescriptionRole


@pytest.fixture
def live(services: Any) -> FakeLive:
    double: FakeLive = services.live
    return double


def changes(window: MainWindow) -> list[tuple[int, int, int, int]]:
    """First row, last row, first column, last column of every change that is told from now on."""
    told: list[tuple[int, int, int, int]] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        told.append((first.row(), last.row(), first.column(), last.column()))

    window.selection.session_rows.dataChanged.connect(note)
    return told


# -- does now -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (TaskStatus.STARTING, True),
        (TaskStatus.WORKING, True),
        (TaskStatus.ASKS, False),
        (TaskStatus.PAUSED, False),
        (TaskStatus.UNCONFIRMED, False),
        (TaskStatus.DONE, False),
        (TaskStatus.FAILED, False),
    ],
)
def test_what_the_agent_does_stands_behind_its_task_while_it_works(
    window: MainWindow, services: Any, live: FakeLive, status: TaskStatus, *, shown: bool
) -> None:
    services.sessions.add(1, status=status, text="Buy the cheapest hub")
    live.set_doing(1, "click_element: search button")
    rows = window.selection.session_rows
    cell = cell_text(rows, 1, Column.TASK, Role.CELL)
    assert "Buy the cheapest hub" in cell.text
    assert ("Clicking search button" in cell.tail) is shown
    said = "Buy the cheapest hub"
    now = ", now: Clicking search button" if shown else ""
    assert cell_text(rows, 1, Column.TASK, SPOKEN) == said + now
    assert ("Clicking" in cell_text(rows, 1, Column.TASK, TIP)) is shown


def test_what_the_agent_does_stands_in_the_place_of_the_result(
    window: MainWindow, services: Any, live: FakeLive, qapp: QApplication, qtbot: Any
) -> None:
    services.sessions.add(1)
    qapp.processEvents()  # it is painted
    tasks = window.selection.task_rows
    assert cell_text(tasks, 1, TaskColumn.RESULT) == "…"
    told: list[int] = []
    tasks.dataChanged.connect(lambda first, _last: told.append(first.column()))
    live.set_doing(1, "click_element: search button")
    qtbot.waitUntil(lambda: TaskColumn.RESULT in told, timeout=5_000)
    assert cell_text(tasks, 1, TaskColumn.RESULT) == "Clicking search button"
    services.sessions.change_task(1, status=TaskStatus.DONE, result="$5")
    assert cell_text(tasks, 1, TaskColumn.RESULT) == "$5"


@pytest.mark.parametrize("phase", [Phase.CONNECTION_LOST, Phase.CLOSED, Phase.CLOSED_ASSUMED])
def test_a_session_that_is_away_does_nothing(
    window: MainWindow, services: Any, live: FakeLive, phase: Phase
) -> None:
    services.settings.change(show_ended=True)
    services.sessions.add(1, phase=phase, tell=False)
    services.sessions.change_session(1, ended_ms=NOW)
    live.set_doing(1, "click_element")
    assert cell_text(window.selection.session_rows, 1, Column.TASK, Role.CELL).tail == ""


def test_what_the_agent_tells_is_plain_text(
    window: MainWindow, services: Any, live: FakeLive
) -> None:
    services.sessions.add(1, text="Buy a hub")
    live.set_doing(1, "I read <img src='/etc/x'><b>all</b>\n\x1b[31m\u202elines")
    rows = window.selection.session_rows
    line = "I read <img src='/etc/x'><b>all</b> [31m lines"
    assert cell_text(rows, 1, Column.TASK, Role.CELL).tail == f"· {line}"
    assert cell_text(rows, 1, Column.TASK, SPOKEN) == f"Buy a hub, now: {line}"
    assert not GuiQt.mightBeRichText(
        cell_text(rows, 1, Column.TASK, TIP)
    )  # then Qt shows it as it is
    services.sessions.change_task(1, spec=TaskSpec(text="<b>Buy</b>"))
    assert cell_text(rows, 1, Column.TASK, TIP).startswith(
        "<span>&lt;b&gt;Buy&lt;/b&gt;<br>I read &lt;"
    )
    live.set_doing(1, "x" * 5_000_000)
    assert len(cell_text(rows, 1, Column.TASK, Role.CELL).tail) <= 125


def test_what_was_painted_in_part_before_it_was_told_is_told(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    """Else the rest of the cell would go on showing what was before."""
    services.sessions.add(1)
    qapp.processEvents()
    table = window.selection.sessions
    session = services.sessions.sessions[1]
    services.sessions.sessions[1] = replace(session, site="another.example")
    place = table.visualRect(table.model().index(0, Column.SESSION))
    table.viewport().repaint(QRect(place.topLeft(), QSize(place.width(), 4)))
    told = changes(window)
    services.sessions.changed.emit(Diff(sessions=frozenset({1})))
    assert (0, 0, Column.SESSION, Column.SESSION) in told
    told.clear()
    services.sessions.changed.emit(Diff(sessions=frozenset({1})))
    assert told == []


def test_what_changed_out_of_view_and_back_in_it_is_told(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    """It was painted, changed while nobody saw it, and was painted so: what it is again is news."""
    for key in range(1, 41):
        services.sessions.add(key, left_s=100 * key)
    qapp.processEvents()
    table = window.selection.sessions
    bar, told = table.verticalScrollBar(), changes(window)
    first = services.sessions.sessions[1].site
    for site, is_seen in (("other", False), ("other", True), (first, True)):
        told.clear()
        bar.setValue(0 if is_seen else bar.maximum())
        qapp.processEvents()
        services.sessions.change_session(1, site=site)
        assert ((0, 0, Column.SESSION, Column.SESSION) in told) is (site is first)


def test_a_channel_that_goes_down_takes_its_line_along(
    window: MainWindow, services: Any, live: FakeLive, qapp: QApplication, qtbot: Any
) -> None:
    services.sessions.add(1)
    live.set_doing(1, "click_element")
    qapp.processEvents()
    told = changes(window)
    live.set_up(1, up=False)
    qtbot.waitUntil(lambda: bool(told), timeout=5_000)
    assert cell_text(window.selection.session_rows, 1, Column.TASK, Role.CELL).tail == ""


# -- states ---------------------------------------------------------------------------------------


def test_a_pause_that_nothing_confirms_says_so(window: MainWindow, services: Any) -> None:
    services.sessions.add(1, status=TaskStatus.PAUSED)
    rows = window.selection.session_rows
    cell = cell_text(rows, 1, Column.STATE, Role.CELL)
    assert cell.text == "Pause sent · still billing"
    assert cell.tail == "0:30"
    assert (cell.bold, cell.severity, cell.mark) == (False, Severity.PLAIN, Severity.AMBER)
    said = "Pause sent, not confirmed, still billing, 30 s"
    assert cell_text(rows, 1, Column.STATE, SPOKEN) == said
    tip = cell_text(rows, 1, Column.STATE, TIP)
    sent = f"Not confirmed, sent at {local_time(NOW - 30_000)}."
    head = f"Pause sent 0:30 · still billing\n{sent}"
    assert read_tip(tip).startswith(head)
    assert cell_text(rows, 1, Column.STATE, DESCRIPTION).startswith(f"State. {sent}")


def test_beside_a_command_stands_the_short_word(window: MainWindow, services: Any) -> None:
    services.sessions.add(1, status=TaskStatus.PAUSED)
    services.sessions.set_pending(
        1, CommandVerb.TERMINATE, WaitReason.BUDGET, due_ms=NOW + 12_000, sent_live=True
    )
    rows = window.selection.session_rows
    cell = cell_text(rows, 1, Column.STATE, Role.CELL)
    assert cell.text == "Pause sent"
    assert cell.tail == "Terminate sent, again in 12 s"
    assert "still billing, Terminate sent" in cell_text(rows, 1, Column.STATE, TIP)
    assert "again in 12 s" in cell_text(rows, 1, Column.STATE, SPOKEN)


def test_what_a_poll_does_not_find_is_looked_for_again(window: MainWindow, services: Any) -> None:
    services.sessions.add(1, status=TaskStatus.ASKS)
    services.sessions.set_missing(1)
    rows, tasks = window.selection.session_rows, window.selection.task_rows
    assert cell_text(rows, 1, Column.STATE) == "Not found · looking again"
    assert cell_text(rows, 1, Column.STATE, SPOKEN) == "Not found, looking again"
    assert "may still cost money" in cell_text(rows, 1, Column.STATE, DESCRIPTION)
    assert cell_text(tasks, 1, TaskColumn.STATUS) == "Not found"
    assert cell_text(tasks, 1, TaskColumn.STATUS, SPOKEN) == "Not found, looking again"
    assert read_tip(cell_text(tasks, 1, TaskColumn.STATUS, TIP)).startswith(
        "Not found · looking again\n"
    )
    services.sessions.change_session(1, phase=Phase.CLOSED_ASSUMED, ended_ms=NOW)
    services.settings.change(show_ended=True)
    assert cell_text(rows, 1, Column.STATE) == "Closed (assumed)"
    assert cell_text(tasks, 1, TaskColumn.STATUS) == "Unconfirmed"


def test_a_lost_browser_counts_down_by_the_second(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    services.sessions.change_session(
        1, phase=Phase.CONNECTION_LOST, since_ms=NOW - 20_000, lost_until_ms=NOW + 280_000
    )
    rows = window.selection.session_rows
    cell = cell_text(rows, 1, Column.STATE, Role.CELL)
    assert (cell.text, cell.tail) == ("Reconnecting", "4:40")
    said = "Reconnecting, 4 min 40 s left"
    assert cell_text(rows, 1, Column.STATE, SPOKEN) == said
    services.clock.now += 1_000
    told = changes(window)
    window.selection.tick()
    assert (0, 0, Column.STATE, Column.STATE) in told
    assert cell_text(rows, 1, Column.STATE, Role.CELL).tail == "4:39"


# -- how news come --------------------------------------------------------------------------------


def test_the_status_bar_says_how_news_come(window: MainWindow, live: FakeLive) -> None:
    line = window.status_bar
    assert line.words.text() == "Connected"
    for share in (
        LiveShare(up=0, of=1),
        LiveShare(up=3, of=8, fault=LiveFault.LOST),
        LiveShare(up=8, of=8),
    ):
        live.shared = share
        window._tick()
        assert line.words.text() == "Connected"
        assert live_tip(share) in read_tip(line.toolTip())


def test_nothing_is_said_to_be_polled_before_a_task_has_its_name(
    window: MainWindow, services: Any, live: FakeLive
) -> None:
    services.sessions.is_polling = False
    live.shared = LiveShare(up=0, of=1)
    window._tick()
    assert "live updates" not in read_tip(window.status_bar.toolTip())
    services.sessions.is_polling = True
    window._tick()
    assert "live updates" in read_tip(window.status_bar.toolTip())


@pytest.mark.parametrize(
    ("status", "sent_ms", "text"),
    [
        (TaskStatus.LOST, 5, "unknown"),
        (TaskStatus.STOPPED, 5, "unknown"),
        (TaskStatus.STOPPED, None, "–"),
        (TaskStatus.FAILED, 5, "–"),
    ],
)
def test_a_cost_that_nobody_told_is_not_nothing(
    status: TaskStatus, sent_ms: int | None, text: str
) -> None:
    """Of a task without a name: what was sent may have cost, what was refused did not."""
    task = new_task(session_key=1, status=status, sent_ms=sent_ms)
    assert task_cost_cell(task).text == text


def test_the_task_of_a_lost_browser_is_not_said_to_work(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    tasks = window.selection.task_rows
    assert cell_text(tasks, 1, TaskColumn.STATUS, Role.CELL).mark is Severity.MARK
    window.selection.tasks.select_key(1)
    told: list[int] = []
    tasks.dataChanged.connect(lambda first, _last: told.append(first.row()))
    services.sessions.change_session(1, phase=Phase.CONNECTION_LOST)
    assert told  # although nothing of the task itself changed
    cell = cell_text(tasks, 1, TaskColumn.STATUS, Role.CELL)
    assert (cell.text, cell.mark) == ("Reconnecting", Severity.AMBER)
    assert window.details.head.state.text() == "Reconnecting"
    services.sessions.change_session(1, phase=Phase.OPEN)
    assert cell_text(tasks, 1, TaskColumn.STATUS) == "Running"


def test_the_cost_of_an_idle_session_says_that_idle_time_is_not_in_it(
    window: MainWindow, services: Any
) -> None:
    services.settings.change(show_ended=True)
    services.sessions.add(1, cost="0.0778")
    rows = window.selection.session_rows
    assert cell_text(rows, 1, Column.COST) == "$0.078"
    services.sessions.change_task(1, status=TaskStatus.DONE, ended_ms=NOW)
    assert cell_text(rows, 1, Column.STATE) == "Idle · still billing"
    for ended, text in (
        ({}, "$0.078"),
        ({"phase": Phase.CLOSED, "ended_ms": NOW + 9_000}, "≥ $0.078"),
    ):
        services.sessions.change_session(1, **ended)
        assert cell_text(rows, 1, Column.COST) == text, "its state says it, or the amount does"
        assert cell_text(rows, 1, Column.COST, SPOKEN) == "at least $0.0778"
        assert "Not included: idle time." in cell_text(rows, 1, Column.COST, DESCRIPTION)
    services.sessions.change_session(1, phase=Phase.CONNECTION_LOST)
    assert cell_text(rows, 1, Column.STATE) == "Reconnecting"
    assert cell_text(rows, 1, Column.COST) == "≥ $0.078"  # no state says it now


@pytest.mark.parametrize("phase", [Phase.EXPIRED_ASSUMED, Phase.CLOSED])
def test_no_task_works_on_in_a_session_that_has_ended(
    window: MainWindow, services: Any, phase: Phase
) -> None:
    services.sessions.add(1, since_ms=NOW - 40_000, sent_ms=NOW - 40_000)
    tasks = window.selection.task_rows
    window.selection.tasks.select_key(1)
    services.sessions.change_session(1, phase=phase, ended_ms=NOW)
    services.clock.now += 600_000
    window._tick()
    cell = cell_text(tasks, 1, TaskColumn.STATUS, Role.CELL)
    assert (cell.text, cell.severity) == ("Unconfirmed", Severity.DIM)
    assert cell_text(tasks, 1, TaskColumn.TOOK) == "0:40"
    assert window.details.head.state.text() == "Unconfirmed"
    services.sessions.change_session(1, phase=Phase.OPEN, ended_ms=None)
    assert cell_text(tasks, 1, TaskColumn.STATUS) == "Running"
    assert cell_text(tasks, 1, TaskColumn.TOOK) == "10:40"


def test_a_task_of_unknown_outcome_runs_no_longer_than_its_session(
    window: MainWindow, services: Any
) -> None:
    began = {"since_ms": NOW - 40_000, "sent_ms": NOW - 40_000}
    services.sessions.add(1, status=TaskStatus.UNCONFIRMED, **began)
    tasks = window.selection.task_rows
    window.selection.tasks.select_key(1)
    assert cell_text(tasks, 1, TaskColumn.RESULT) == "May be running and cost money"
    services.sessions.change_session(1, phase=Phase.CLOSED_ASSUMED, ended_ms=NOW)
    services.clock.now += 600_000
    window._tick()
    assert cell_text(tasks, 1, TaskColumn.STATUS, Role.CELL).severity is Severity.DIM
    assert cell_text(tasks, 1, TaskColumn.RESULT) == "Its session has ended"
    assert cell_text(tasks, 1, TaskColumn.TOOK) == "0:40"
    assert window.details.head.state.text() == "Unconfirmed"
    said = "Its session has ended. How the task ended is not known yet."
    details = window.details
    assert f"{details.trouble.what.text()} {details.trouble.money.text()}" == said


def test_the_buttons_of_a_row_are_painted_anew_with_its_state(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    """No pointer has to pass over them first."""
    services.settings.change(show_ended=True)
    services.sessions.add(1)
    told = changes(window)
    for change in (
        partial(services.sessions.change_task, 1, status=TaskStatus.PAUSED),
        partial(services.sessions.change_task, 1, status=TaskStatus.DONE, ended_ms=NOW),
        partial(services.sessions.change_session, 1, phase=Phase.CLOSED, ended_ms=NOW),
    ):
        qapp.processEvents()  # it is painted
        told.clear()
        change()
        assert (0, 0, Column.VERBS, Column.VERBS) in told
