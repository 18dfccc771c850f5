"""Details of what is selected: text, result, error and what to do, usage, time line."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import UNOPENED_PHASES, Phase, Session, Task, TaskStatus
from enigma_panel.services.container import Services
from enigma_panel.services.types import QueueEntry
from enigma_panel.ui import theme
from enigma_panel.ui.dialogs.parts import set_role
from enigma_panel.ui.errors_words import ErrorText
from enigma_panel.ui.line_words import QueueAction, QueueFacts, entry_text, offered, possible
from enigma_panel.ui.main.detail_view import DetailView, Tab, fill, set_text
from enigma_panel.ui.main.detail_words import (
    RESULT_HEAD,
    StateLine,
    all_steps_text,
    is_at_work,
    queued_text,
    session_line,
    short_text,
    task_line,
    time_line_html,
    trouble_text,
    usage_text,
)
from enigma_panel.ui.main.steps_feed import StepsFeed
from enigma_panel.ui.main.steps_model import StepsModel
from enigma_panel.ui.status_words import Severity
from enigma_panel.ui.step_words import readable
from enigma_panel.ui.words import plain_tip, tr

if TYPE_CHECKING:
    from enigma_panel.ui.main.steps_page import StepsPage

_ROLES = {Severity.AMBER: "amber", Severity.RED: "red"}
_TROUBLE_ROLES = {
    TaskStatus.FAILED: "red",
    TaskStatus.LOST: "red",
    TaskStatus.UNCONFIRMED: "amber",
}
NOTHING = StateLine("", Severity.DIM)


class Details(DetailView):
    """Follows the selection of both tables; every button says by a signal what it wants."""

    rename_asked = Signal(int)
    copy_id_asked = Signal(int)
    copy_link_asked = Signal(int)
    put_away_asked = Signal(int)
    copy_asked = Signal(str)
    again_asked = Signal(object)
    edit_asked = Signal(object)
    line_asked = Signal(int, object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        model = StepsModel()
        feed = StepsFeed(services.timeline, services.scope, model)
        super().__init__(self._make_page, parent)
        model.setParent(self)
        feed.setParent(self)
        self._model, self._feed = model, feed
        self._services = services
        self._fleet = services.fleet
        self.session_key: int | None = None
        self.task_key: int | None = None
        self._about_session = True
        self._whole_of: int | None = None
        self._doing_of: int | None = None
        self._connect()
        self.refresh()

    # -- what it is about ----------------------------------------------------------------------

    def show_session(self, key: int | None) -> None:
        """A session and its task."""
        session = self._fleet.session(key) if key is not None else None
        self._about_session = True
        self._turn_to(key, session.current_task if session is not None else None)

    def show_task(self, key: int | None) -> None:
        """A task and its session."""
        task = self._fleet.task(key) if key is not None else None
        self._about_session = False
        self._turn_to(task.session_key if task is not None else None, key)

    def apply_diff(self, sessions: frozenset[int], tasks: frozenset[int]) -> None:
        """Records changed: show them anew if they are the ones shown."""
        session = self._session()
        if self._about_session and session is not None and session.current_task != self.task_key:
            self._turn_to(session.key, session.current_task)
            return
        if self.session_key in sessions or self.task_key in tasks:
            self.refresh()

    def tick(self) -> None:
        """A second went by, or the line moved."""
        session, task = self._session(), self._task()
        self._show_state(session, task)
        if task is not None and task.status is TaskStatus.QUEUED:
            self._show_trouble(session, task)
            self._show_line_buttons(task)

    def refresh(self) -> None:
        """Show the records as they are now."""
        task = self._task()
        if task is not None:
            self.session_key = task.session_key
        session = self._session()
        self.nothing.setVisible(session is None and task is None)
        self._show_session(session)
        self._show_state(session, task)
        self._show_task(task)
        self._show_trouble(session, task)
        self._show_result(task)
        self._show_line()

    # -- inside --------------------------------------------------------------------------------

    def _connect(self) -> None:
        for button, signal in (
            (self.rename, self.rename_asked),
            (self.copy_id, self.copy_id_asked),
            (self.copy_link, self.copy_link_asked),
            (self.put_away, self.put_away_asked),
        ):
            button.clicked.connect(lambda _=False, signal=signal: signal.emit(self.session_key))
        self.copy.clicked.connect(lambda: self._with_task(self._copy))
        self.again.clicked.connect(lambda: self._with_task(self.again_asked.emit))
        self.edit.clicked.connect(lambda: self._with_task(self.edit_asked.emit))
        self.whole.clicked.connect(self._show_whole)
        for verb, button in self.line_buttons.items():
            button.clicked.connect(lambda _=False, verb=verb: self._ask_line(verb))
        self.tabs.currentChanged.connect(self._show_line)
        self.all_steps.clicked.connect(self._show_steps)
        self._feed.changed.connect(self._show_line)
        self._services.timeline.grown.connect(self._hear_steps)
        self._services.live.changed.connect(self._hear_live)
        theme.changed().connect(self._show_line)

    def _make_page(self) -> "StepsPage":
        from enigma_panel.ui.main.steps_page import StepsPage  # noqa: PLC0415 - when turned to

        page = StepsPage(self._model, self._feed)
        page.copy_asked.connect(self.copy_asked)
        return page

    def _session(self) -> Session | None:
        return self._fleet.session(self.session_key) if self.session_key is not None else None

    def _task(self) -> Task | None:
        return self._fleet.task(self.task_key) if self.task_key is not None else None

    def _with_task(self, call: Callable[[Task], object]) -> None:
        task = self._task()
        if task is not None:
            call(task)

    def _ask_line(self, verb: QueueAction) -> None:
        if self.task_key is not None:
            self.line_asked.emit(self.task_key, verb)

    def _copy(self, task: Task) -> None:
        """The whole result, also where only its beginning is shown."""
        self.copy_asked.emit(task.result or task.error or "")

    def _turn_to(self, session_key: int | None, task_key: int | None) -> None:
        other = task_key != self.task_key
        self.session_key, self.task_key = session_key, task_key
        if other:
            self._whole_of = None
            self._feed.turn_to(task_key)
        self.refresh()

    def _show_session(self, session: Session | None) -> None:
        has_id = session is not None and session.service_id is not None
        has_link = session is not None and session.web_view_url is not None
        is_opened = session is not None and session.phase not in UNOPENED_PHASES
        name = session.name if session is not None and is_opened else tr("New session")
        self.name.show_text(name if session is not None else "")
        self.whose.show_text(name if session is not None else "")
        self.name.setVisible(is_opened or (session is not None and session.is_planned))
        self.rename.setVisible(is_opened)
        for widget in (self.id_head, self.dots, self.copy_id):
            widget.setVisible(has_id)
        self.copy_link.setVisible(has_link and session is not None and not session.is_ended)
        is_open_question = session is not None and session.phase is Phase.UNCONFIRMED
        self.put_away.setVisible(is_open_question)

    def _show_state(self, session: Session | None, task: Task | None) -> None:
        now = self._services.clock.now_ms()
        line = NOTHING
        if self._about_session and session is not None:
            line = session_line(session, task, now, self._fleet.pending(session.key))
        elif task is not None:
            line = task_line(task, now)
        set_text(self.state, line.text)
        set_role(self.state, _ROLES.get(line.severity, "dim"))
        self.state.setToolTip(plain_tip(line.tip))
        self.state.setAccessibleDescription(line.tip)
        self._show_doing(session, task)

    def _show_doing(self, session: Session | None, task: Task | None) -> None:
        """What the agent does now. Its room stays while it works, so that nothing jumps below."""
        key = session.key if session is not None else None
        works = is_at_work(session, task)
        now = self._services.live.doing(key) if works and key is not None else ""
        self.doing.show_text(readable(now))
        self._doing_of = key if works and (now or self._doing_of == key) else None
        self.doing.setVisible(self._doing_of is not None)

    def _hear_live(self, session_key: int) -> None:
        if session_key == self.session_key:
            self._show_doing(self._session(), self._task())

    def _hear_steps(self, task_key: int, _steps: object) -> None:
        if task_key == self.task_key and self.tabs.currentIndex() == Tab.OVERVIEW:
            self._show_line()

    def _show_steps(self) -> None:
        self.turn_to(Tab.STEPS)
        self.steps.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._feed.read_all()

    def _show_task(self, task: Task | None) -> None:
        fill(self.task_text, task.spec.text if task is not None else "")
        was_sent = task is not None and task.status is not TaskStatus.QUEUED
        for widget in (self.again, self.edit, self.usage_head):
            widget.setVisible(was_sent)
        set_text(self.usage, usage_text(task) if task is not None and was_sent else "")
        self._show_line_buttons(task)

    def _show_trouble(self, session: Session | None, task: Task | None) -> None:
        now = self._services.clock.now_ms()
        words = trouble_text(session, task, now) if task is not None else None
        entry = self._services.line.entry(self.task_key) if self.task_key is not None else None
        role = _TROUBLE_ROLES.get(task.status, "") if task is not None else ""
        if entry is not None:
            words, role = self._waiting_text(entry, session)
        words = words or ErrorText("")
        set_text(self.trouble, words.what)
        set_role(self.trouble, role)
        set_text(self.money, words.money)
        set_text(self.todo, words.todo)

    def _waiting_text(self, entry: QueueEntry, session: Session | None) -> tuple[ErrorText, str]:
        line = self._services.line
        facts = QueueFacts(
            pause_reason=line.pause_reason,
            limit=line.limit,
            session=session.name if session is not None else "",
        )
        waiting = entry_text(entry, self._services.clock.now_ms(), facts)
        return queued_text(entry, waiting), "amber" if waiting.severity is Severity.AMBER else ""

    def _show_line_buttons(self, task: Task | None) -> None:
        entry = self._services.line.entry(task.key) if task is not None else None
        able, shown = possible(entry), offered(entry)
        for verb, button in self.line_buttons.items():
            if button.hasFocus() and verb not in able:
                self.task_text.setFocus(Qt.FocusReason.OtherFocusReason)  # see action_button
            button.setEnabled(verb in able)
            button.setVisible(verb in shown)

    def _show_result(self, task: Task | None) -> None:
        result = (task.result if task is not None else None) or ""
        cut = len(result) > RESULT_HEAD and self._whole_of != self.task_key
        shown = result[:RESULT_HEAD] if cut else result
        self.result_head.setVisible(bool(result))
        fill(self.result, shown)
        self.whole.setVisible(cut)
        left = tr(
            "The first {n} of {all} characters.", n=f"{RESULT_HEAD:,}", all=f"{len(result):,}"
        )
        set_text(self.cut, left if cut else "")
        self.copy.setVisible(bool(result))

    def _show_whole(self) -> None:
        self._whole_of = self.task_key
        self._show_result(self._task())

    def _show_line(self) -> None:
        task = self._task()
        self.line_head.setVisible(task is not None)
        self.line.setVisible(task is not None)
        is_cut = False
        if task is not None:
            steps, has_older = self._model.steps(), self._feed.has_older
            html = time_line_html(task, steps, theme.colours().dim, has_older=has_older)
            if self.line.text() != html:
                self.line.setText(html)
            is_cut = has_older or len(short_text(steps)) < len(steps)
            words = all_steps_text(len(steps), has_older=has_older)
            self.all_steps.setText(words)
            self.all_steps.setAccessibleName(words)
        self.all_steps.setVisible(is_cut)
