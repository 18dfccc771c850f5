"""The Details panel: the selected session or task in full, or its steps."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.core.models import UNOPENED_PHASES, Session, Task, TaskStatus, has_idled
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.container import Services
from enigma_panel.services.types import QueueEntry
from enigma_panel.ui.details.result_files import NetworkList, ResultFiles
from enigma_panel.ui.details.session_name import SessionName
from enigma_panel.ui.details.structured_result import StructuredView
from enigma_panel.ui.details.text import (
    RESULT_HEAD,
    all_steps_text,
    is_at_work,
    queued_text,
    session_summary,
    several_sessions_text,
    several_tasks_text,
    shown_steps,
    timeline_html,
    usage_text,
)
from enigma_panel.ui.i18n import Translations, plain_tip
from enigma_panel.ui.steps.loader import StepsLoader
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.text.dialects import dialect_name
from enigma_panel.ui.text.errors import ErrorText
from enigma_panel.ui.text.live_page import live_page_text
from enigma_panel.ui.text.problems import NoticeAction, notice_action_label
from enigma_panel.ui.text.states import known_until_ms
from enigma_panel.ui.text.steps import readable
from enigma_panel.ui.text.task import StateSummary, task_summary, trouble_text
from enigma_panel.ui.text.waiting import (
    QueueAction,
    QueueContext,
    entry_text,
    offered,
    possible,
    queue_action_label,
    queue_action_tip,
)
from enigma_panel.ui.text.ways_out import (
    WAYS,
    can_run_again,
    way_out_label,
    way_out_tip,
    ways_out,
)
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Severity
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_label,
    make_row,
    make_tool,
    set_role,
    take_single_clicks,
)
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.inputs import ReadingText
from enigma_panel.ui.widgets.pointer_hold import ARM_MS, PointerHold

if TYPE_CHECKING:
    from enigma_panel.core.result_formats import ReadResult, ResultFormat
    from enigma_panel.ui.result.copy_menu import CopyMenu
    from enigma_panel.ui.steps.page import StepsPage

tr = Translations("Details")

MASK = "••••••••••••"
TEXT_LINES, RESULT_LINES, DOING_LINES = 8, 18, 2
COPY_GAP = 2
"""Between *Copy result* and what offers its other forms."""
NOTHING = StateSummary("", Severity.DIM)
_ROLES = {Severity.AMBER: "amber", Severity.RED: "red"}
_TROUBLE_ROLES = {
    TaskStatus.FAILED: "red",
    TaskStatus.LOST: "red",
    TaskStatus.UNCONFIRMED: "amber",
}


class Tab(IntEnum):
    """What Details shows of what is selected; what was chosen stays while the selection moves."""

    OVERVIEW = 0
    STEPS = 1


class Details(QFrame):
    """Shows the one subject of the window; every button says by a signal what it wants.

    A card: a scrolled column of texts or the steps, and below both the buttons for the task.
    """

    answer_asked = Signal(int)
    renamed = Signal(int, str)
    copy_id_asked = Signal(int)
    copy_link_asked = Signal(int)
    open_link_asked = Signal(int)
    copy_asked = Signal(str)
    colleague_asked = Signal(object)
    again_asked = Signal(object)
    edit_asked = Signal(object)
    way_out_asked = Signal(object, object, object)
    queue_action_asked = Signal(int, object)
    folder_asked = Signal(object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._sessions = services.sessions
        self._model = StepsModel(self)
        self._loader = StepsLoader(services.timeline, services.scope, self._model, self)
        self.session_key: int | None = None
        self.task_key: int | None = None
        self._about_session = True
        self._several: tuple[Sequence[int], Sequence[int]] = ((), ())
        self._sum: TaskSum | None = None
        self._whole_of: int | None = None
        self._doing_of: int | None = None
        self._buttons_of: int | None = None
        self._stands: dict[QPushButton, bool] = {}
        self._hold = PointerHold(services.clock.now_ms, self)
        self._arm_timer = QTimer(self, singleShot=True, interval=ARM_MS)
        set_role(self, "card")
        self.setAccessibleName(tr("Details"))
        self.setMinimumSize(250, 90)
        self._make_head()
        self._make_body()
        self._make_foot()
        self._name_parts()
        self._build()
        self._connect()
        self.refresh()

    # -- what it is about ----------------------------------------------------------------------

    def show_subject(self, sessions: Sequence[int], tasks: Sequence[int]) -> None:
        """Sessions or tasks, by their keys; of several only how many and what they cost."""
        is_one = len(sessions) + len(tasks) == 1
        self._several = ((), ()) if is_one else (sessions, tasks)
        if is_one and tasks:
            self.show_task(tasks[0])
        else:
            self.show_session(sessions[0] if is_one else None)

    def show_sum(self, total: TaskSum | None) -> None:
        """What the selected tasks cost together; None where it cannot be told."""
        self._sum = total
        self.nothing.setText(self._nothing_text())

    def show_session(self, key: int | None) -> None:
        """A session and its task."""
        session = self._sessions.session(key) if key is not None else None
        self._about_session = True
        self._turn_to(key, session.current_task if session is not None else None)
        self._take_presses()

    def show_task(self, key: int | None) -> None:
        """A task and its session."""
        task = self._sessions.task(key) if key is not None else None
        self._about_session = False
        self._turn_to(task.session_key if task is not None else None, key)
        self._take_presses()

    def show_filtered(self, hidden: int, of: int) -> None:
        """So many of the tasks that are shown here have no row in Tasks now."""
        text = tr("Hidden by the filter")
        if of > 1:
            text = tr.plural(
                "1 of them is hidden by the filter", "{n} of them are hidden by the filter", hidden
            )
        self.filtered.setText(text if hidden else "")
        self.filtered.setVisible(bool(hidden))

    def apply_diff(self, sessions: frozenset[int], tasks: frozenset[int]) -> None:
        """Records changed: show them anew if they are the ones shown."""
        session = self._session()
        if self._about_session and session is not None and session.current_task != self.task_key:
            self._turn_to(session.key, session.current_task)
            return
        if self.session_key in sessions or self.task_key in tasks or any(self._several):
            self.refresh()

    def tick(self) -> None:
        """A second went by, or the queue moved."""
        session, task = self._session(), self._task()
        self._show_state(session, task)
        self._show_trouble(session, task)
        self._show_buttons()

    def refresh(self) -> None:
        """Show the records as they are now."""
        task = self._task()
        if task is not None:
            self.session_key = task.session_key
        session = self._session()
        self.nothing.setText(self._nothing_text())
        self.nothing.setVisible(session is None and task is None)
        self._show_session(session)
        self._show_state(session, task)
        self._show_task(task)
        self._show_trouble(session, task)
        self._show_answer()
        self._show_dialects()
        self._show_result(task)
        self._show_timeline()

    @cached_property
    def steps(self) -> "StepsPage":
        """The page of the steps, made when it is first turned to: the window is there sooner."""
        from enigma_panel.ui.steps.page import StepsPage  # noqa: PLC0415 - 35 ms

        page = StepsPage(self._model, self._loader)
        page.copy_asked.connect(self.copy_asked)
        self._pages.addWidget(page)
        before: QWidget = self.answer
        for widget in page.findChildren(QWidget):  # made last, but the keyboard comes here next
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                QWidget.setTabOrder(before, widget)
                before = widget
        return page

    @cached_property
    def copy_menu(self) -> "CopyMenu":
        """What the result can be copied as, made when it is first asked for."""
        from enigma_panel.ui.result.copy_menu import CopyMenu  # noqa: PLC0415 - small

        menu = CopyMenu(self)
        menu.asked.connect(self._copy_as)
        menu.colleague_asked.connect(lambda: self._with_task(self.colleague_asked.emit))
        return menu

    def turn_to(self, tab: Tab) -> None:
        """Show the one or the other."""
        self.tabs.setCurrentIndex(tab)

    def search_steps(self) -> None:
        """Put the cursor into the search of the steps."""
        self.turn_to(Tab.STEPS)
        self.steps.search.begin()

    # -- building ------------------------------------------------------------------------------

    def _make_head(self) -> None:
        self.filtered = make_label(role="dim", wrap=True)
        self.filtered.hide()
        self.session_name = SessionName()
        self.state = make_label(wrap=True)
        self.doing = ActivityLabel()
        self.task_text = ReadingText(TEXT_LINES)
        self.trouble = make_label(wrap=True)
        self.money = make_label(wrap=True)
        self.todo = make_label(wrap=True)
        self.answer = make_button(tr("Answer"), "primary")
        self.ways = {way: _way_button(way) for way in WAYS}

    def _make_body(self) -> None:
        self.result_head = make_label(tr("Result"), "heading")
        self.structured = StructuredView(self._services)
        self.result = ReadingText(RESULT_LINES)
        self.cut = make_label(role="dim", wrap=True)
        self.whole = make_button(tr("Show all"), "link")
        self.files = ResultFiles(self._services.downloads)
        self.network = NetworkList()
        self.usage_head = make_label(tr("Usage"), "heading")
        self.usage = make_label(role="dim", wrap=True)
        self.timeline_head = make_label(tr("Time line"), "heading")
        self.timeline = QLabel()
        self.timeline.setTextFormat(Qt.TextFormat.RichText)
        self.timeline.setWordWrap(True)
        self.all_steps = make_button(tr("Show all"), "link")
        self.nothing = make_label(role="dim", wrap=True)

    def _make_foot(self) -> None:
        self.dialect_label = make_label(role="dim", wrap=True)
        self.id_head = make_label(tr("Session id"), "dim")
        self.dots = make_label(MASK, "dim")
        self.copy_id = make_button(tr("Copy"), "link")
        self.open_link = make_button(tr("Open live page"), "link")
        self.copy_link = make_button(tr("Copy live page link"), "link")
        self.copy = make_button(tr("Copy result"), "link")
        self.copy_as = make_tool(tr("Copy result as…"))
        self.again = make_button(tr("Run again"))
        take_single_clicks(self.again)
        self.edit = make_button(tr("Edit and run again"))
        self.queue_buttons = {verb: make_button(queue_action_label(verb)) for verb in QueueAction}

    def _name_parts(self) -> None:
        for text, name in ((self.task_text, tr("Task")), (self.result, tr("Result"))):
            text.setAccessibleName(name)
            set_role(text, "reading")
        self.dots.setAccessibleName(tr("Session id, hidden"))
        self.copy_id.setAccessibleDescription(tr("Copies the session id, which is a secret."))
        self.copy_link.setToolTip(tr("The link shows what the browser shows: keep it secret."))
        self.again.setToolTip(tr("Starts the same task at once, in a new session."))
        self.edit.setToolTip(tr("Opens New task with this text and these limits."))
        for verb, button in self.queue_buttons.items():
            button.setToolTip(queue_action_tip(verb))
            button.setAccessibleDescription(queue_action_tip(verb))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 8)
        column.setSpacing(8)
        column.addLayout(self._make_tabs())
        self._pages = QStackedWidget()
        column.addWidget(self._pages, 1)
        self._overview = QScrollArea()
        self._pages.addWidget(self._overview)
        self._fill_overview()
        buttons = FlowLayout(*self.queue_buttons.values(), self.again, self.edit)
        buttons.setContentsMargins(13, 0, 13, 4)
        self.foot = QWidget()
        self.foot.setLayout(buttons)
        column.addWidget(self.foot)

    def _make_tabs(self) -> QHBoxLayout:
        """Two quiet tabs; beside Steps stands whose they are, at the end *Answer*, which has its
        room there: what is below stays where it is when a question comes."""
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(tr("What Details shows"))
        for text in (tr("Overview"), tr("Steps")):
            self.tabs.addTab(text)
        self.whose = _RightLabel("dim")
        self.whose.hide()
        self.tabs.currentChanged.connect(self._turn)
        row = make_row(self.tabs, self.whose, None, self.answer)
        row.setStretch(1, 1)
        row.setContentsMargins(3, 0, 13, 0)
        return row

    def _fill_overview(self) -> None:
        inner, scroll = QWidget(), self._overview
        set_role(inner, "clear")
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._fill(QVBoxLayout(inner))

    def _fill(self, column: QVBoxLayout) -> None:
        column.setContentsMargins(13, 6, 13, 6)
        column.setSpacing(6)
        for widget in (
            self.filtered,
            self.session_name,
            self.state,
            self.doing,
            self.task_text,
            self.trouble,
            self.money,
            self.todo,
        ):
            column.addWidget(widget)
        # Not among the buttons below: one goes when it is pressed, and no other may come there.
        column.addLayout(FlowLayout(*self.ways.values()))
        result_row = make_row(self.result_head, None, self.structured.switch, self.copy)
        result_row.addSpacing(COPY_GAP - result_row.spacing())
        result_row.addWidget(self.copy_as)
        for button in (self.structured.switch, self.copy, self.copy_as):
            result_row.setAlignment(button, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(result_row)
        column.addWidget(self.structured)
        for widget in (self.result, self.cut):
            column.addWidget(widget)
        column.addLayout(make_row(self.whole, None))
        for part in (self.files, self.network):
            column.addWidget(part)
        for widget in (self.usage_head, self.usage, self.timeline_head, self.timeline):
            column.addWidget(widget)
        column.addLayout(make_row(self.all_steps, None))
        column.addWidget(self.nothing)
        for label in (self.trouble, self.todo, self.timeline):
            label.setMinimumWidth(1)  # else the longest word of others decides how wide all is
        for head in (self.result_head, self.usage_head, self.timeline_head):
            head.setContentsMargins(0, 8, 0, 0)
        column.addStretch(1)
        column.addWidget(self.dialect_label)
        column.addLayout(make_row(self.id_head, self.dots, self.copy_id, None, gap=6))
        column.addLayout(make_row(self.open_link, None))
        column.addLayout(make_row(self.copy_link, None))

    def _connect(self) -> None:
        for button, signal in (
            (self.copy_id, self.copy_id_asked),
            (self.open_link, self.open_link_asked),
            (self.copy_link, self.copy_link_asked),
        ):
            button.clicked.connect(lambda _=False, signal=signal: signal.emit(self.session_key))
        self.answer.clicked.connect(self._ask_answer)
        self._services.inbox.changed.connect(self._show_answer)
        self.session_name.renamed.connect(self.renamed)
        self.copy.clicked.connect(lambda: self._with_task(self._copy))
        self.copy_as.clicked.connect(lambda: self._with_task(self._ask_copies))
        self.again.clicked.connect(lambda: self._with_task(self.again_asked.emit))
        self.edit.clicked.connect(lambda: self._with_task(self.edit_asked.emit))
        for way, button in self.ways.items():
            button.clicked.connect(lambda _=False, way=way: self._ask_way_out(way))
        self.whole.clicked.connect(self._show_whole)
        self.files.folder_asked.connect(self.folder_asked)
        self.network.copy_asked.connect(self.copy_asked)
        self.structured.copy_asked.connect(self.copy_asked)
        self.structured.changed.connect(lambda: self._show_result(self._task()))
        for verb, button in self.queue_buttons.items():
            button.clicked.connect(lambda _=False, verb=verb: self._ask_queue_action(verb))
        self._hold.watch(self.foot)
        self._hold.released.connect(self._show_buttons)
        self._arm_timer.timeout.connect(self._take_presses)
        self.tabs.currentChanged.connect(self._show_timeline)
        self.all_steps.clicked.connect(self._show_steps)
        self._loader.changed.connect(self._show_timeline)
        self._services.timeline.grown.connect(self._follow_steps)
        self._services.live.changed.connect(self._follow_live)
        self._services.account.changed.connect(self._show_dialects)
        theme.changed().connect(self._show_timeline)
        theme.changed().connect(self._tint)
        self._tint()

    # -- showing -------------------------------------------------------------------------------

    def _turn(self, tab: int) -> None:
        self._pages.setCurrentWidget(self.steps if tab == Tab.STEPS else self._overview)
        self.whose.setVisible(tab == Tab.STEPS)

    def _session(self) -> Session | None:
        return self._sessions.session(self.session_key) if self.session_key is not None else None

    def _task(self) -> Task | None:
        return self._sessions.task(self.task_key) if self.task_key is not None else None

    def _with_task(self, call: Callable[[Task], object]) -> None:
        task = self._task()
        if task is not None:
            call(task)

    def begin_rename(self) -> None:
        """Let the person edit the session's name."""
        self.turn_to(Tab.OVERVIEW)
        self.session_name.begin()

    def _has_idled(self, key: int) -> bool:
        session = self._sessions.session(key)
        return session is not None and has_idled(session, self._sessions.current_task(session))

    def _nothing_text(self) -> str:
        sessions, tasks = self._several
        if sessions:
            costs = [self._sessions.session_cost(key) for key in sessions]
            return several_sessions_text(costs, has_idle=any(map(self._has_idled, sessions)))
        if tasks:
            return several_tasks_text(len(tasks), self._sum)
        return tr("Select a session or a task to see more of it.")

    def _ask_queue_action(self, verb: QueueAction) -> None:
        if self.task_key is not None:
            self.queue_action_asked.emit(self.task_key, verb)

    def _copy(self, task: Task) -> None:
        """The whole result, also where only its beginning is shown."""
        self.copy_asked.emit(task.result or task.error or "")

    def _ask_copies(self, task: Task) -> None:
        self._services.scope.spawn("offer copies", self._offer_copies(task))

    async def _offer_copies(self, task: Task) -> None:
        """What it can be copied as is known once it was read."""
        results = self._services.structured_results
        result = await results.read_formats(task.spec, task.result or "")
        if task.key == self.task_key and self.copy_as.isVisible():
            self.copy_menu.show_below(self.copy_as, result)

    def _copy_as(self, result: "ReadResult", form: "ResultFormat") -> None:
        self._services.scope.spawn("copy a result", self._copy_form(result, form))

    async def _copy_form(self, result: "ReadResult", form: "ResultFormat") -> None:
        self.copy_asked.emit(await self._services.structured_results.copied_text(result, form))

    def _tint(self) -> None:
        self.copy_as.setIcon(QIcon(f":/marks/down-{theme.colours().name}.png"))

    def _turn_to(self, session_key: int | None, task_key: int | None) -> None:
        other = task_key != self.task_key
        self.session_key, self.task_key = session_key, task_key
        if other:
            self._whole_of = None
            self._loader.turn_to(task_key)
        self.refresh()

    def _show_session(self, session: Session | None) -> None:
        has_id = session is not None and session.service_id is not None
        is_opened = session is not None and session.phase not in UNOPENED_PHASES
        name = session.name if session is not None and is_opened else tr("New session")
        is_named = is_opened or (session is not None and session.is_planned)
        key = session.key if session is not None else None
        self.session_name.show_name(key, name if is_named else "", can_rename=is_opened)
        self.whose.show_text(name if session is not None else "")
        for widget in (self.id_head, self.dots, self.copy_id):
            widget.setVisible(has_id)
        link = session.web_view_url if session is not None and not session.is_ended else None
        for widget in (self.open_link, self.copy_link):
            widget.setVisible(link is not None)
        self.open_link.setToolTip(live_page_text(link))

    def _show_answer(self) -> None:
        """The question of this task is one click away, whichever else is open."""
        questions = self._services.inbox.questions()
        self.answer.setVisible(any(q.task_key == self.task_key for q in questions))

    def _ask_answer(self) -> None:
        if self.task_key is not None:
            self.answer_asked.emit(self.task_key)

    def _show_dialects(self) -> None:
        """In which dialect the session is spoken to, and in which its task may be taken."""
        account, session = self._services.account, self._session()
        is_other = session is not None and session.dialect is not account.dialect
        is_open = session is not None and session.phase not in UNOPENED_PHASES
        text = ""
        if session is not None and is_open and not session.is_ended and is_other:
            text = tr("Service dialect: {dialect}", dialect=dialect_name(session.dialect))
        set_text(self.dialect_label, text)
        self._show_ways_out(session, self._task())

    def _show_ways_out(self, session: Session | None, task: Task | None) -> None:
        """The same as in notice and menu, where the fate of a start is not known."""
        offered = ways_out(session, task, self._services)
        for way, button in self.ways.items():
            if way in offered:
                button.setText(way_out_label(way, session, task, self._services))
                button.setAccessibleName(button.text())
            elif button.hasFocus():
                self.task_text.setFocus(Qt.FocusReason.OtherFocusReason)  # see MainWindow
            button.setVisible(way in offered)

    def _ask_way_out(self, way: NoticeAction) -> None:
        self.way_out_asked.emit(way, self.session_key, self._task())

    def _show_state(self, session: Session | None, task: Task | None) -> None:
        now, known = self._services.clock.now_ms(), self._services.health.unreachable_since_ms
        line = NOTHING
        missing = self._sessions.is_missing(task)
        if self._about_session and session is not None:
            pending = self._sessions.pending(session.key)
            line = session_summary(session, task, now, pending, known_ms=known, is_missing=missing)
        elif task is not None:
            line = task_summary(task, session, now, known_ms=known, is_missing=missing)
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

    def _follow_live(self, session_key: int) -> None:
        if session_key == self.session_key:
            self._show_doing(self._session(), self._task())

    def _follow_steps(self, task_key: int, _steps: object) -> None:
        if task_key == self.task_key and self.tabs.currentIndex() == Tab.OVERVIEW:
            self._show_timeline()

    def _show_steps(self) -> None:
        self.turn_to(Tab.STEPS)
        self.steps.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._loader.read_all()

    def _show_task(self, task: Task | None) -> None:
        fill(self.task_text, task.spec.text if task is not None else "")
        was_sent = task is not None and task.status is not TaskStatus.QUEUED
        self.usage_head.setVisible(was_sent)
        set_text(self.usage, usage_text(task) if task is not None and was_sent else "")
        self._show_buttons()

    def _show_trouble(self, session: Session | None, task: Task | None) -> None:
        now = self._services.clock.now_ms()
        ways = ways_out(session, task, self._services)
        trouble = trouble_text(session, task, now, ways) if task is not None else None
        entry = self._services.queue.entry(self.task_key) if self.task_key is not None else None
        role = _TROUBLE_ROLES.get(task.status, "") if task is not None else ""
        if task is not None and known_until_ms(task, session) is not None:
            role = ""
        if task is not None and task.is_doubted:
            role = "amber"
        if entry is not None:
            trouble, role = self._waiting_text(entry, session)
        trouble = trouble or ErrorText("")
        set_text(self.trouble, trouble.what)
        set_role(self.trouble, role)
        set_text(self.money, trouble.money)
        set_text(self.todo, trouble.todo)

    def _waiting_text(self, entry: QueueEntry, session: Session | None) -> tuple[ErrorText, str]:
        queue = self._services.queue
        facts = QueueContext(
            pause_reason=queue.pause_reason,
            limit=queue.limit,
            session=session.name if session is not None else "",
        )
        waiting = entry_text(entry, self._services.clock.now_ms(), facts)
        return queued_text(entry, waiting), "amber" if waiting.severity is Severity.AMBER else ""

    def _show_buttons(self) -> None:
        """What can be done with the task. A start changes that by itself: under the pointer none
        becomes another, and what came takes no press at first, as *Run again* costs."""
        task = self._task()
        entry = self._services.queue.entry(task.key) if task is not None else None
        able, shown = possible(entry), offered(entry)
        is_able = {button: verb in able for verb, button in self.queue_buttons.items()}
        stands = {button: verb in shown for verb, button in self.queue_buttons.items()}
        for button in (self.again, self.edit):
            is_able[button] = stands[button] = task is not None and can_run_again(task)
        for button, can in is_able.items():
            if button.hasFocus() and not can:
                self._leave_foot()
            button.setEnabled(can)
        stays = self._hold.is_held and self.task_key == self._buttons_of
        if stands != self._stands and not stays:
            self._replace_buttons(stands)
        self._buttons_of = self.task_key

    def _replace_buttons(self, stands: dict[QPushButton, bool]) -> None:
        self._stands = stands
        for button, is_there in stands.items():
            if button.hasFocus():
                self._leave_foot()
            button.setVisible(is_there)
        self.foot.setVisible(any(stands.values()))
        self.foot.setEnabled(False)
        self._arm_timer.start()

    def _leave_foot(self) -> None:
        self.task_text.setFocus(Qt.FocusReason.OtherFocusReason)  # see MainWindow

    def _take_presses(self) -> None:
        """At once where the person chose what is shown."""
        self._arm_timer.stop()
        self.foot.setEnabled(True)

    def _show_result(self, task: Task | None) -> None:
        result = (task.result if task is not None else None) or ""
        self.result_head.setVisible(bool(result))
        self.copy_as.setMaximumHeight(self.copy.sizeHint().height())  # else its sign stands higher
        for button in (self.copy, self.copy_as):
            button.setVisible(bool(result))
        self.structured.show_task(task)
        if self.structured.replaces_text:
            result = ""
        cut = len(result) > RESULT_HEAD and self._whole_of != self.task_key
        shown = result[:RESULT_HEAD] if cut else result
        fill(self.result, shown)
        self.whole.setVisible(cut)
        left = tr("The first {n} of {all} characters.", n=RESULT_HEAD, all=len(result))
        set_text(self.cut, left if cut else "")
        self.files.show_task(task)
        self.network.show_addresses(task.network if task is not None else ())

    def _show_whole(self) -> None:
        self._whole_of = self.task_key
        self._show_result(self._task())

    def _show_timeline(self) -> None:
        task = self._task()
        self.timeline_head.setVisible(task is not None)
        self.timeline.setVisible(task is not None)
        is_cut = False
        if task is not None:
            steps, has_older = self._model.steps(), self._loader.has_older
            html = timeline_html(task, steps, theme.colours().dim, has_older=has_older)
            if self.timeline.text() != html:
                self.timeline.setText(html)
            is_cut = has_older or len(shown_steps(steps)) < len(steps)
            text = all_steps_text(len(steps), has_older=has_older)
            self.all_steps.setText(text)
            self.all_steps.setAccessibleName(text)
        self.all_steps.setVisible(is_cut)


class ActivityLabel(QLabel):
    """Plain text over two lines, the second one cut; the whole is its tool tip.

    It takes the room of two lines for one as well: what stands below does not jump with each word.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_role(self, "dim")

    def show_text(self, text: str) -> None:
        """Show and speak this text; it is one line of words."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.setToolTip(plain_tip(text))

    def shown_lines(self) -> list[str]:
        """The text as it is broken and cut at this width."""
        room = self.contentsRect().width()
        layout = QTextLayout(self.text(), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        first = layout.createLine()
        if first.isValid():
            first.setLineWidth(room)
        layout.endLayout()
        # Qt counts an emoji as two.
        units = self.text().encode("utf-16-le", "surrogatepass")
        head = units[: first.textLength() * 2] if first.isValid() else b""
        rest = units[len(head) :].decode("utf-16-le", "replace")
        lines = [head.decode("utf-16-le", "replace").rstrip(), rest]
        cut = self.fontMetrics().elidedText(lines[1], Qt.TextElideMode.ElideRight, room)
        return [line for line in (lines[0], cut) if line]

    # -- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() * DOING_LINES)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        rect, height = self.contentsRect(), self.fontMetrics().lineSpacing()
        for number, line in enumerate(self.shown_lines()):
            place = rect.adjusted(0, number * height, 0, 0)
            place.setHeight(height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line)


class _RightLabel(ElidedLabel):
    """Its words stand at the right, so that they are taken for no tab."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        place = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(self.contentsRect(), place, self._elided())


def set_text(label: QLabel, text: str) -> None:
    """Show words, or take no room where there are none."""
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))


def fill(field: ReadingText, text: str) -> None:
    """As `set_text`, for a text that can be selected; what did not change keeps its selection."""
    if field.toPlainText() != text:
        field.setPlainText(text)
        field.fit()
    field.setVisible(bool(text))


def _way_button(way: NoticeAction) -> QPushButton:
    """One of the ways out; the second click of two would start a task twice."""
    role = "danger" if way is NoticeAction.TERMINATE else ""
    button = make_button(notice_action_label(way), role)
    button.setToolTip(way_out_tip(way))
    button.setAccessibleDescription(way_out_tip(way))
    take_single_clicks(button)
    return button
