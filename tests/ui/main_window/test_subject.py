"""One subject: what was selected last is what Details, menus and shortcuts are about."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import Diff
from enigma_panel.ui.actions import GRACE_MS
from enigma_panel.ui.main_window.selection import NOBODY, Subject
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import ENDED_STAY_MS
from enigma_panel.ui.widgets.actions import description
from enigma_panel.ui.widgets.table.table import KeyedTable
from tests.kit.builders import a_task
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs, FakeScope
from tests.kit.person import CTRL, key, shown_texts
from tests.kit.world import World


def click_row(
    table: KeyedTable, row: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    place = table.visualRect(table.rows.index(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifiers, place)


@pytest.fixture
def two(window: MainWindow, services: Any) -> MainWindow:
    """Two sessions at work; the first row of Sessions is 1."""
    for number in (1, 2):
        services.sessions.add(number, left_s=100 * number, usage=Usage(cost=Decimal("0.12")))
    window.activateWindow()
    return window


def test_the_keyboard_makes_the_row_it_comes_to_the_subject(two: MainWindow) -> None:
    sessions, tasks = two.selection.sessions, two.selection.tasks
    click_row(sessions, 1)
    click_row(tasks, 1)
    assert two.selection.subject == Subject(tasks=(1,))
    sessions.setFocus(Qt.FocusReason.BacktabFocusReason)
    assert two.selection.subject == Subject(sessions=(2,))
    assert two.details.session_key == 2
    key(sessions, Qt.Key.Key_Escape)
    assert two.selection.subject == NOBODY
    assert two.selection.subject_text() == ""
    assert "Select a session or a task to see its details." in shown_texts(two.details)


def test_an_old_task_is_shown_as_soon_as_its_record_is_there(
    two: MainWindow, services: Any
) -> None:
    task = services.sessions.tasks.pop(1)
    click_row(two.selection.tasks, 1)
    assert two.selection.subject == Subject(tasks=(1,))
    services.sessions.tasks[1] = task
    for loaded, is_shown in ((2, False), (1, True)):
        services.sessions.loaded.emit(frozenset({loaded}))
        assert ("Task 1" in shown_texts(two.details)) is is_shown
    assert two.selection.subject_text() == "shop.example 1"


def test_a_dialog_that_gives_the_focus_back_changes_no_subject(two: MainWindow) -> None:
    click_row(two.selection.tasks, 1)
    two.selection.sessions.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
    assert two.selection.subject == Subject(tasks=(1,))


def test_verbs_act_on_the_session_of_a_task_while_it_works_on_it(
    two: MainWindow, services: Any
) -> None:
    click_row(two.selection.tasks, 1)
    assert description(two.verbs[CommandVerb.STOP]).startswith("shop.example 1: ")
    two.verbs[CommandVerb.STOP].trigger()
    assert services.sessions.commands == [((1,), CommandVerb.STOP, GRACE_MS)]
    services.sessions.tasks[3] = a_task(3, session_key=1, status=TaskStatus.WORKING)
    services.sessions.change_session(1, current_task=3)
    assert two.selection.subject == Subject(tasks=(1,))
    assert not any(action.isEnabled() for action in two.verbs.values())


def test_of_several_they_say_how_many_and_what_they_cost(two: MainWindow, services: Any) -> None:
    services.sessions.add(3, left_s=50, status=TaskStatus.DONE)
    two.selection.sessions.selectAll()
    assert two.selection.subject_text() == "3 sessions"
    assert two.verbs[CommandVerb.STOP].text() == "Stop 2"
    assert "3 sessions\nAt least $0.24" in shown_texts(two.details)
    services.sessions.change_task(3, usage=Usage(cost=Decimal("0.01")))
    assert "3 sessions\n$0.25 so far" in shown_texts(two.details)
    two.selection.tasks.selectAll()
    assert "3 tasks · 3 open sessions\n$0.25 so far" in shown_texts(two.details)
    two.body.set_details_open(False)
    assert "3 tasks selected · $0.25 so far" in shown_texts(two.tasks_card)
    two.body.set_details_open(True)
    two.body.side.setCurrentIndex(two.body.side.addWidget(QWidget()))  # as a question does
    assert "3 tasks selected · $0.25 so far" in shown_texts(two.tasks_card)
    two.set_in_sight((1, 1))
    assert "3 tasks · $0.25" in shown_texts(two.tasks_card)  # no row is marked
    two.selection.tasks.setFocus()
    assert "3 tasks selected · $0.25 so far" in shown_texts(two.tasks_card)
    two.filter_bar.field.setFocus()
    assert "3 tasks · $0.25" in shown_texts(two.tasks_card)
    two.set_in_sight(None)
    assert "3 tasks selected · $0.25 so far" in shown_texts(two.tasks_card)
    two.body.side.setCurrentWidget(two.details)
    assert "3 tasks · $0.25" in shown_texts(two.tasks_card)
    click_row(two.selection.sessions, 1)
    assert "3 tasks · $0.25" in shown_texts(two.tasks_card)
    two.selection.tasks.selectAll()
    services.sessions.change_task(3, usage=Usage(cost=Decimal("1.0123")))
    assert "$1.25" in shown_texts(two.details)
    assert two.details.nothing.toolTip() == "Exactly $1.2523."
    services.sessions.change_session(3, phase=Phase.CLOSED_ASSUMED, ended_ms=NOW)
    assert "3 tasks · 2 open sessions" in shown_texts(two.details)
    two.selection.tasks.select_key(2)
    assert two.verbs[CommandVerb.STOP].text() == "Stop"


def test_nor_does_the_selection_of_all_of_it(window: MainWindow, services: Any) -> None:
    for number in range(1, 101):
        services.sessions.add(number, status=TaskStatus.DONE, tell=number == 100)
    services.sessions.asked_for.clear()
    window.selection.tasks.selectAll()
    services.sessions.change_task(7, result="late")
    assert window.selection.tasks.selected_count() == 100
    assert len(set(services.sessions.asked_for)) < 60  # those in view


def test_what_was_started_becomes_it_only_where_there_is_none(
    window: MainWindow, services: Any
) -> None:
    started: list[Any] = []
    window.selection.started.connect(started.append)
    services.sessions.add(1)  # of an earlier run: it was asked for before the window was there
    assert window.selection.subject == NOBODY
    services.sessions.add(2, created_ms=NOW)
    assert window.selection.subject == Subject(tasks=(2,))
    services.sessions.add(3, created_ms=NOW)
    assert window.selection.subject == Subject(tasks=(2,))
    assert started == [[3]]


def test_a_row_that_comes_in_late_is_selected_where_its_task_is_the_subject(
    window: MainWindow, services: Any
) -> None:
    window.hold.aim()
    services.sessions.add(1, created_ms=NOW)
    assert window.selection.subject == Subject(tasks=(1,))
    assert window.selection.tasks.selected_keys() == []
    window.hold.leave()
    assert window.selection.tasks.selected_keys() == [1]
    assert window.selection.subject == Subject(tasks=(1,))


@pytest.mark.parametrize("is_held", [False, True])
def test_the_row_of_a_session_that_ended_long_ago_comes_back_with_it(
    two: MainWindow, services: Any, is_held: bool
) -> None:
    services.sessions.change_session(1, phase=Phase.CLOSED, ended_ms=NOW - ENDED_STAY_MS)
    click_row(two.selection.tasks, 0)
    two.hold.end()
    assert two.selection.session_rows.keys() == [2]
    if is_held:
        two.hold.aim()
    two.selection.show_session(1)
    assert two.selection.sessions.selected_keys() == [1]
    assert two.selection.subject == Subject(sessions=(1,))
    key(two.selection.sessions, Qt.Key.Key_Escape)
    assert two.selection.subject == NOBODY


class People(RuleBasedStateMachine):
    """A person's clicks and keys among what services tell, over the real window."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(FakeScope())
        self.sessions = self.world.sessions
        self.window = MainWindow(self.world.services, FakeDialogs())
        self.window.show()
        self.window.activateWindow()
        QApplication.processEvents()
        self.next = 0
        self.expected: Subject | None = NOBODY

    @property
    def tables(self) -> tuple[KeyedTable, KeyedTable]:
        return self.window.selection.sessions, self.window.selection.tasks

    # -- what services tell: the subject stays ---------------------------------------------------

    @rule(is_ours=st.booleans(), left=st.integers(1, 290))
    def starts(self, is_ours: bool, left: int) -> None:
        self.next += 1
        created: dict[str, Any] = {"created_ms": self.world.clock.now} if is_ours else {}
        if is_ours and self.expected == NOBODY:
            self.expected = Subject(tasks=(self.next,))
        self.sessions.add(self.next, left_s=left, **created)

    @rule(data=st.data())
    def goes_on_with_another_task(self, data: st.DataObject) -> None:
        if session := self._any_session(data):
            self.next += 1
            self.sessions.tasks[self.next] = a_task(self.next, session_key=session)
            told = Diff(sessions=frozenset({session}), tasks=frozenset({self.next}))
            old = self.sessions.sessions[session]
            self.sessions.sessions[session] = replace(old, current_task=self.next)
            self.sessions.changed.emit(told)

    @rule(data=st.data(), phase=st.sampled_from([Phase.CLOSED, Phase.EXPIRED_ASSUMED]))
    def ends(self, data: st.DataObject, phase: Phase) -> None:
        if session := self._any_session(data):
            self.sessions.change_session(session, phase=phase, ended_ms=self.world.clock.now)

    @rule(data=st.data(), status=st.sampled_from(list(TaskStatus)))
    def becomes(self, data: st.DataObject, status: TaskStatus) -> None:
        if self.sessions.tasks:
            task = data.draw(st.sampled_from(sorted(self.sessions.tasks)))
            self.sessions.change_task(task, status=status)

    @rule(seconds=st.integers(1, 40))
    def time_goes_on(self, seconds: int) -> None:
        self.world.clock.now += seconds * 1_000
        self.window._tick()

    @rule(show=st.booleans())
    def ended_ones_come_and_go(self, show: bool) -> None:
        self.window.selection.session_rows.set_show_ended(show)

    # -- what the person does --------------------------------------------------------------------

    @rule(which=st.integers(0, 1), row=st.integers(0, 9), add=st.booleans())
    def clicks(self, which: int, row: int, add: bool) -> None:
        table = self.tables[which]
        if row < table.rows.rowCount():
            click_row(table, row, CTRL if add else Qt.KeyboardModifier.NoModifier)
            self.expected = self._selected(which)

    @rule(
        which=st.integers(0, 1),
        code=st.sampled_from([Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape, Qt.Key.Key_End]),
    )
    def presses(self, which: int, code: Qt.Key) -> None:
        table = self.tables[which]
        self.tables[not which].setFocus()
        table.setFocus(Qt.FocusReason.TabFocusReason)
        key(table, code)
        if table.rows.rowCount():
            self.expected = self._selected(which)

    @rule()
    def aims_no_more(self) -> None:
        self.window.hold.end()
        tasks = self.window.selection.subject.tasks
        assert self._selected(1) == Subject(tasks=tasks), "a row that waited is selected, too"

    @rule(verb=st.sampled_from(list(CommandVerb)))
    def commands(self, verb: CommandVerb) -> None:
        wanted = [k for k in self.window.selection.session_keys() if self.sessions.can(k, verb)]
        before = len(self.sessions.commands)
        self.window.verbs[verb].trigger()
        sent = self.sessions.commands[before:]
        if verb is CommandVerb.TERMINATE and len(wanted) > 1:
            assert sent == []  # asked about first
        else:
            assert [keys for keys, *_ in sent] == ([tuple(wanted)] if wanted else [])

    # -- what must hold --------------------------------------------------------------------------

    @invariant()
    def all_are_about_the_same(self) -> None:
        selection, details = self.window.selection, self.window.details
        subject = selection.subject
        assert subject == self.expected
        # A row that was held back may come in above another one: the same ones, in another order.
        assert sorted(self._selected(0).sessions) == sorted(subject.sessions)
        has_row = [key for key in subject.tasks if self.tables[1].rows.row_of(key) is not None]
        assert self._selected(1) == Subject(tasks=tuple(has_row))
        keys = subject.sessions or subject.tasks
        if len(keys) == 1:
            shown = details.session_key if subject.sessions else details.task_key
            assert shown == keys[0]
        else:
            assert (details.session_key, details.task_key) == (None, None)
        for verb, action in self.window.verbs.items():
            able = [k for k in selection.session_keys() if self.sessions.can(k, verb)]
            assert action.isEnabled() is bool(able), verb

    def teardown(self) -> None:
        self.window.close_for_good()
        self.window.deleteLater()
        QApplication.processEvents()

    def _selected(self, which: int) -> Subject:
        keys = tuple(self.tables[which].selected_keys())
        return Subject(tasks=keys) if which else Subject(sessions=keys)

    def _any_session(self, data: st.DataObject) -> int | None:
        if not self.sessions.sessions:
            return None
        return data.draw(st.sampled_from(sorted(self.sessions.sessions)))


def test_details_menus_and_shortcuts_are_about_one_subject(no_window_left: None) -> None:
    run_state_machine_as_test(
        People, settings=settings(max_examples=10, stateful_step_count=25, deadline=None)
    )


@pytest.mark.weekly
def test_they_are_over_many_stories(no_window_left: None) -> None:
    run_state_machine_as_test(
        People, settings=settings(max_examples=150, stateful_step_count=50, deadline=None)
    )
