"""The selection of both tables: the one subject of Details, menus and shortcuts."""

from collections.abc import Callable, Iterable
from itertools import takewhile

from msgspec import Struct
from PySide6.QtCore import QObject, QSignalBlocker, Qt, QTimer, Signal

from enigma_panel.core.models import UNOPENED_PHASES, Session, SessionState, Task, shown_state
from enigma_panel.services.container import Services
from enigma_panel.services.types import Diff
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.details.panel import Details
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.new_task.session_picker import accepts_tasks
from enigma_panel.ui.sessions.model import SessionsModel
from enigma_panel.ui.sessions.table import SessionsTable
from enigma_panel.ui.tasks.model import TasksModel
from enigma_panel.ui.tasks.table import TasksTable
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table.table import KeyedTable

tr = Translations("Main window")

SHORT_CHARS = 40
"""How many characters of a task's text stand for its name."""
QUEUE_MS = 100
"""Delay after which changes of the queue are shown, all at once."""


class Subject(Struct, frozen=True):
    """What Details, menus and shortcuts are about: sessions or tasks, by their keys."""

    sessions: tuple[int, ...] = ()
    tasks: tuple[int, ...] = ()


NOBODY = Subject()


class Selection(QObject):
    """The two models with their tables, and the one subject: what was selected last in either.

    The other table marks what belongs to it. Rows that come, go or move never change the subject;
    Details says where the filter hides its row. Of several tasks only those act that are shown.
    read_result: shows the result of that task; Details, unless a feature has a window for it.
    selection_changed: the subject, or what can be done with it, changed. started: keys of tasks
    that were started while something else was the subject. queue_changed: the queue is another.
    """

    selection_changed = Signal()
    details_wanted = Signal()
    started = Signal(object)
    queue_changed = Signal()

    def __init__(
        self,
        services: Services,
        app_actions: Actions,
        details: Details,
        hold: PointerHold,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._app_actions = app_actions
        self._details = details
        self._began_ms = services.clock.now_ms()
        self.subject = NOBODY
        self._is_restoring = False
        self._first_started: int | None = None
        self.read_result: Callable[[int], object] = lambda _key: self._go_to_details()
        self.session_rows = SessionsModel(services, hold, self)
        self.task_rows = TasksModel(services, hold, self)
        self.sessions = SessionsTable(self.session_rows, app_actions, hold)
        self.tasks = TasksTable(self.task_rows, hold)
        self._connect()
        hold.released.connect(self._let_first_go)

    def session_keys(self) -> list[int]:
        """Return the sessions that the verbs act on.

        For a task this is its session while it works on that task; else a verb for the one would
        reach another. Of several they are the open ones.
        """
        sessions, keys = self._services.sessions, self.subject.tasks
        if self.is_several:
            meant = self.subject.sessions or self._sessions_at_work()
            return [s.key for s in map(sessions.session, meant) if s and s.occupies_slot]
        if self.subject.sessions:
            return list(self.subject.sessions)
        tasks = (t for t in map(sessions.task, keys) if t is not None)
        owners = map(sessions.session, (task.session_key for task in tasks))
        return [s.key for s in owners if s is not None and s.current_task in keys]

    @property
    def is_several(self) -> bool:
        """Whether the subject is more than one session or task."""
        return len(self.subject.sessions) + len(self.subject.tasks) > 1

    @property
    def lead(self) -> KeyedTable:
        """The table whose row is the subject: that is where somebody works."""
        return self.tasks if self.subject.tasks else self.sessions

    def subject_text(self) -> str:
        """Return whom the verbs act on, in a few words; empty without a subject."""
        sessions, subject = self._services.sessions, self.subject
        if len(subject.sessions) > 1:
            return tr.plural("1 session", "{n} sessions", len(subject.sessions))
        if len(subject.tasks) > 1:
            return tr.plural("1 task", "{n} tasks", self.tasks.selected_count())
        task = sessions.task(subject.tasks[0]) if subject.tasks else None
        key = task.session_key if task is not None else next(iter(subject.sessions), None)
        session = sessions.session(key) if key is not None else None
        if session is not None and session.phase not in UNOPENED_PHASES:
            return session.name
        return shorten(task.spec.text, SHORT_CHARS) if task is not None else ""

    def show_session(self, *keys: int) -> None:
        """Make these sessions the subject; a row that has left the table comes back."""
        self.session_rows.set_pinned(frozenset(keys))
        self.sessions.select_key(keys[0])
        if len(keys) > 1:
            self.sessions.select_keys(keys)
        self.details_wanted.emit()

    def show_task(self, key: int | None) -> None:
        if key is not None:
            self.select_task(key)
            self.details_wanted.emit()

    def open_result(self, key: int) -> None:
        """Make that task the subject and lead the keyboard to it."""
        self.details_wanted.emit()
        has_row = self.select_task(key)
        self.tasks.setFocus()
        if has_row:  # Details may take its place from the table a moment later
            QTimer.singleShot(0, self._scroll_to_result)

    def open_session(self, key: int) -> None:
        """Take Enter on a session: to its question, its next task where idle, else to Details."""
        session = self._services.sessions.session(key)
        if self._answer(session):
            return
        task = self._services.sessions.current_task(session) if session is not None else None
        if session is not None and self._is_idle(session, task):
            self._app_actions.next_here(key)
        else:
            self._go_to_details()

    def _answer(self, session: Session | None) -> bool:
        """Open the question of a session; False where it asks none."""
        task = session.current_task if session is not None else None
        if task is None or not self._app_actions.is_asking(task):
            return False
        self._app_actions.answer(task)
        return True

    def open_task(self, key: int) -> None:
        """Take Enter on a task: to its question, its result once it ended, else to Details."""
        task = self._services.sessions.task(key)
        if self._app_actions.is_asking(key):
            self._app_actions.answer(key)
        elif task is not None and task.is_final:
            self.read_result(key)
        else:
            self._go_to_details()

    def select_task(self, key: int) -> bool:
        """Make that task the subject; False where it has no row."""
        if self._services.sessions.is_deleted(key):
            return False  # a notice may still lead there
        has_row = self.tasks.select_key(key)
        if not has_row:
            self._turn_to(Subject(tasks=(key,)))
        return has_row

    def tick(self) -> None:
        """Update the times in the visible rows once a second."""
        self.session_rows.tick(self.sessions.visible_rows())
        self.task_rows.tick(self.tasks.visible_rows())
        self._details.tick()
        self._see_result()

    def _connect(self) -> None:
        self.sessions.selected.connect(self._follow_sessions)
        self.tasks.selected.connect(self._follow_tasks)
        self.tasks.clicked.connect(self._follow_click)
        self.sessions.row_clicked.connect(
            lambda key: self._answer(self._services.sessions.session(key))
        )
        self.sessions.verb_clicked.connect(lambda key, verb: self._app_actions.command([key], verb))
        self.sessions.undo_clicked.connect(lambda key: self._app_actions.undo([key]))
        self.task_rows.arranged.connect(self._follow_rows)
        self.task_rows.answered.connect(self._mark_filtered)
        show_queue = Debounce(self, self.queue_changed.emit, QUEUE_MS)
        self._services.queue.changed.connect(show_queue.trigger)
        self.queue_changed.connect(self.task_rows.follow_queue)
        self.queue_changed.connect(self._follow_queue)
        for table in (self.sessions, self.tasks):
            table.copy_wanted.connect(self._app_actions.clipboard.copy_cell)
        self.tasks.results_wanted.connect(self._app_actions.clipboard.copy_results)
        self.sessions.opened.connect(self.open_session)
        self.tasks.opened.connect(self.open_task)
        self._services.sessions.changed.connect(self._take)
        self._services.sessions.loaded.connect(self._take_loaded)

    def _is_idle(self, session: Session, task: Task | None) -> bool:
        idle = shown_state(session, task) is SessionState.IDLE
        return idle and accepts_tasks(self._services.sessions, session)

    def _go_to_details(self) -> None:
        self.details_wanted.emit()
        self._details.page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, diff: Diff) -> None:
        self._forget(diff.deleted)
        self._details.apply_diff(diff.sessions, diff.tasks)
        self.sessions.bring_in_sight()
        self._mark_related()
        self._follow_starts(diff.new_tasks)
        if diff.tasks:
            self._see_result()

    def _take_loaded(self, tasks: frozenset[int]) -> None:
        """Show the subject again when its old records have been loaded."""
        if not tasks.isdisjoint(self.subject.tasks):
            self._take(Diff(tasks=tasks))
            self.selection_changed.emit()

    def _forget(self, deleted: frozenset[int]) -> None:
        left = tuple(key for key in self.subject.tasks if key not in deleted)
        if left != self.subject.tasks:
            self._turn_to(Subject(tasks=left))
            self._follow_rows()

    def _follow_starts(self, keys: Iterable[int]) -> None:
        """Make a task that was just started the subject, but only where there is none.

        At the start all tasks are reported, newest first: looking at the old ones would load each
        from the ledger.
        """
        new = list(takewhile(self._is_of_this_run, keys))
        if new and self.subject == NOBODY:
            self.select_task(new[-1])
        elif new:
            self.started.emit(new)
        if len(new) > 1:
            self._first_started = new[-1]
            self._show_first()

    def _show_first(self) -> None:
        """Keep the first of several tasks in sight until it runs, below those that are queued."""
        key = self._first_started
        row = self.task_rows.row_of(key) if key is not None else None
        if key is not None and row is not None:
            self.tasks.scrollTo(self.task_rows.index(row, 0))
            if self._services.queue.entry(key) is None:
                self._let_first_go()

    def _let_first_go(self) -> None:
        """The first task runs, or somebody has used the table since."""
        self._first_started = None

    def _is_of_this_run(self, key: int) -> bool:
        task = self._services.sessions.task(key)
        return task is not None and task.created_ms >= self._began_ms

    def _follow_sessions(self) -> None:
        keys = tuple(self.sessions.selected_keys())
        if keys or self.subject.sessions:
            self._turn_to(Subject(sessions=keys))

    def _sessions_at_work(self) -> list[int]:
        """Return the open sessions of several tasks, of those whose rows are shown.

        What nobody sees is not meant. There are few sessions; to look at each of 100,000 tasks
        takes seconds.
        """
        sessions = self._services.sessions
        known = (sessions.session(key) for key in sessions.session_keys())
        tasks = {
            s.current_task: s.key
            for s in known
            if s is not None and not s.is_final and s.current_task is not None
        }
        shown = [key for key in tasks if self.tasks.is_selected(key)]
        return [
            tasks[key] for key in sorted(shown, key=lambda key: self.task_rows.row_of(key) or 0)
        ]

    def _follow_rows(self) -> None:
        """Select the subject again in rows that came back, after rows of tasks came or went."""
        shown = self.task_rows.shown_of(self.subject.tasks)
        if shown and set(shown) != set(self.tasks.selected_keys()):
            self._is_restoring = True
            self.tasks.select_keys(shown)
            self._is_restoring = False
        self._mark_filtered()
        self._show_first()
        if len(self.subject.tasks) > 1:
            self._mark_related()
            self.selection_changed.emit()

    def _mark_filtered(self) -> None:
        self._details.show_filtered(self.task_rows.count_filtered_out(self.subject.tasks))

    def _follow_tasks(self) -> None:
        if self.task_rows.is_arranging or self._is_restoring:
            return  # rows went or came back, nobody chose anything
        keys = tuple(self.tasks.selected_keys())
        if keys or self.subject.tasks:
            self._turn_to(Subject(tasks=keys))

    def _follow_click(self) -> None:
        """Take a click on the one visible row of several selected tasks: it is meant alone."""
        if self.subject.tasks != tuple(self.tasks.selected_keys()):
            self._follow_tasks()

    def _turn_to(self, subject: Subject) -> None:
        self.subject = subject
        for table, keys in ((self.sessions, subject.sessions), (self.tasks, subject.tasks)):
            if tuple(table.selected_keys()) != keys:
                with QSignalBlocker(table):
                    table.clearSelection()
        self.session_rows.set_pinned(frozenset(subject.sessions))
        self._details.show_subject(subject.sessions, subject.tasks)
        self._mark_related()
        self._mark_filtered()
        self._see_result()
        self.selection_changed.emit()

    def _mark_related(self) -> None:
        """Mark the task of the session that is the subject, or the session of the task."""
        sessions, subject = self._services.sessions, self.subject
        tasks = (s.current_task for s in map(sessions.session, subject.sessions) if s is not None)
        self.tasks.set_related(frozenset(key for key in tasks if key is not None))
        if len(subject.tasks) > 1:
            self.sessions.set_related(
                frozenset(filter(self._has_selected_task, self.session_rows.keys()))
            )
            return
        owners = (t.session_key for t in map(sessions.task, subject.tasks) if t is not None)
        self.sessions.set_related(frozenset(owners))

    def _has_selected_task(self, session_key: int) -> bool:
        tasks = self._services.sessions.tasks_of(session_key)
        return any(self.tasks.is_selected(task.key) for task in tasks)

    def _scroll_to_result(self) -> None:
        self.tasks.scrollTo(self.tasks.currentIndex())

    def _follow_queue(self) -> None:
        self._details.tick()
        self.selection_changed.emit()

    def _see_result(self) -> None:
        """Mark the result that Details shows as seen, once the window is in use."""
        key = self._details.task_in_sight
        if key is not None and self._details.isActiveWindow():
            self._app_actions.mark_seen([key])
