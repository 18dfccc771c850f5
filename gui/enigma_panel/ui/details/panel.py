"""The Details panel: the selected session or task in full."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from enigma_panel.core.models import Session, Task
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.container import Services
from enigma_panel.ui.details.head import BESIDE, Head
from enigma_panel.ui.details.parts import FOCUS_EDGE, DetailsPanel
from enigma_panel.ui.details.result import ResultPart
from enigma_panel.ui.details.text import session_sum, several_text, usage_text
from enigma_panel.ui.details.timeline import TimeLine
from enigma_panel.ui.details.trouble import Trouble
from enigma_panel.ui.details.verbs import BulkBar, VerbBar
from enigma_panel.ui.i18n import Translations, plain_tip
from enigma_panel.ui.steps.loader import StepsLoader
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.text.steps import read_text
from enigma_panel.ui.text.sums import cost_text, sum_tip
from enigma_panel.ui.widgets.basics import (
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
    show_text,
)
from enigma_panel.ui.widgets.inputs import ReadingText, ScrollArea

tr = Translations("Details")

LEAST_WIDTH = 250
SIDE = 16
"""Margin at the left and the right of what is in the card."""
BAR = 12
"""Width of a scroll bar in the style sheet."""
TEXT_LINES = 8


class Details(QFrame):
    """Shows the one subject of the window: name, state and verbs, which stay, and below them a
    scrolled column of parts, which the keyboard can scroll. Each part says by signals what it
    wants. back: leads to Tasks where Details stands in its place. whole: the step that is selected
    in the time line. panel_makers: each makes one more panel of a feature.
    """

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._sessions = services.sessions
        self._model = StepsModel(self)
        self._loader = StepsLoader(services.timeline, services.scope, self._model, self)
        self.session_key: int | None = None
        self.task_key: int | None = None
        self._about_session = True
        self._several: tuple[Sequence[int], int] = ((), 0)
        self._hidden = self._open = 0
        self._is_following = False
        self._sum: TaskSum | None = None
        set_role(self, "card")
        self.setAccessibleName(tr("Details"))
        self.setMinimumWidth(LEAST_WIDTH)
        self._make_parts()
        self._build()
        self._connect()
        self.refresh()

    def add_panel(self, make: Callable[[], DetailsPanel]) -> DetailsPanel:
        """Add a panel of a feature below the result, here and wherever a result is shown."""
        panel = make()
        self.panel_makers.append(make)
        self._panels.append(panel)
        panel.setContentsMargins(FOCUS_EDGE, 0, FOCUS_EDGE, 0)
        self._column.insertWidget(self._column.indexOf(self.usage), panel)
        panel.show_task(self._task())
        return panel

    # -- what it is about ----------------------------------------------------------------------

    def show_subject(self, sessions: Sequence[int], tasks: Sequence[int]) -> None:
        """Sessions or tasks, by their keys; of several only how many and what they cost."""
        is_one = len(sessions) + len(tasks) == 1
        self._several = ((), 0) if is_one else (sessions, len(tasks))
        if is_one and tasks:
            self.show_task(tasks[0])
        else:
            self.show_session(sessions[0] if is_one else None)

    def show_sum(self, total: TaskSum | None) -> None:
        """What the selected tasks cost together; None where that is unknown."""
        self._sum = total
        self._show_several()

    def show_open(self, n: int) -> None:
        """How many open sessions the verbs act on."""
        if n != self._open:
            self._open = n
            self._show_several()
            self._show_verbs()

    def show_session(self, key: int | None) -> None:
        session = self._sessions.session(key) if key is not None else None
        self._about_session = True
        self._turn_to(key, session.current_task if session is not None else None)
        self.verbs.take_presses()

    def show_task(self, key: int | None) -> None:
        task = self._sessions.task(key) if key is not None else None
        self._about_session = False
        self._turn_to(task.session_key if task is not None else None, key)
        self.verbs.take_presses()

    def show_filtered(self, hidden: int) -> None:
        """How many of the tasks that are the subject have no row in Tasks now."""
        self._hidden, text = hidden, tr("Hidden by the filter")
        if hidden < self._several[1]:
            text = tr.plural(
                "1 more selected task is hidden by the filter",
                "{n} more selected tasks are hidden by the filter",
                hidden,
            )
        show_text(self.filtered, text if hidden else "")
        self._show_several()

    def apply_diff(self, sessions: frozenset[int], tasks: frozenset[int]) -> None:
        """Records changed: show them anew if they are the ones shown."""
        session = self._session()
        if self._about_session and session is not None and session.current_task != self.task_key:
            self._turn_to(session.key, session.current_task)
            return
        if self.session_key in sessions or self.task_key in tasks or any(self._several):
            self.refresh()

    def tick(self) -> None:
        session, task = self._session(), self._task()
        self.head.show_state(session, task, about_session=self._about_session)
        self.trouble.show_records(session, task)
        self._show_verbs()

    def refresh(self) -> None:
        task = self._task()
        if task is not None:
            self.session_key = task.session_key
        session = self._session()
        is_one = session is not None or task is not None
        for part in (self.head, self.page):
            part.setVisible(is_one)
        self._show_several()
        self.nothing.setVisible(not is_one)
        self.head.show_records(session, task, about_session=self._about_session)
        self.trouble.show_records(session, task)
        self.trouble.show_ways(session, task)
        self._show_text()
        show_text(self.usage, usage_text(task) if task is not None else "")
        for panel in self._panels:
            panel.show_task(task)
        self._show_verbs()

    @property
    def task_in_sight(self) -> int | None:
        """The task whose result can be read now: no question stands in its place."""
        return self.task_key if self.page.isVisible() else None

    # -- building ------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        services = self._services
        self.back = make_button(tr("Back to tasks"), "link")
        self.back.hide()
        self.head = Head(services)
        self.page = ScrollArea()
        self.page.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.page.setAccessibleName(tr("Details"))
        set_role(self.page, "foot")  # a line above it
        self.verbs = VerbBar(services, next_focus=self.page)
        self.bulk = BulkBar()
        self.filtered = make_label(role="dim", wrap=True)
        self.filtered.hide()
        self.several = make_label(role="heading", wrap=True)
        self.nothing = make_label(role="dim", wrap=True)
        self.trouble = Trouble(services, next_focus=self.page)
        self.task_text = ReadingText(TEXT_LINES)
        self.task_text.setAccessibleName(tr("Task"))
        set_role(self.task_text, "reading")
        self.result = ResultPart()
        self.usage = make_label(role="dim", wrap=True)
        self.timeline = TimeLine(self._model, self._loader)
        self.whole = ReadingText(TEXT_LINES)
        self.whole.setAccessibleName(tr("The selected step in full"))
        set_role(self.whole, "reading")
        self._show_whole()
        self._panels: list[DetailsPanel] = [self.result, self.timeline]
        self.panel_makers: list[Callable[[], DetailsPanel]] = []

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 12, 1, 8)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(SIDE, 0, SIDE - BESIDE, 8)
        top.setSpacing(12)
        top.addLayout(make_row(self.back, None))
        top.addWidget(self.head)
        top.addLayout(make_column(self.several, self.nothing, gap=4))
        for part in (self.verbs, self.bulk, self.filtered):
            top.addWidget(part)
        self.several.setContentsMargins(0, 5, BESIDE, 5)  # where the title of one stands
        for part in (self.nothing, self.verbs, self.bulk, self.filtered):
            part.setContentsMargins(0, 0, BESIDE, 0)
        column.addLayout(top)
        column.addWidget(self.page, 1)
        self._fill_page()
        reading = make_row(self.whole)
        reading.setContentsMargins(SIDE - FOCUS_EDGE, 0, SIDE - FOCUS_EDGE, 0)
        column.addLayout(reading)
        column.addStretch()

    def _fill_page(self) -> None:
        self._column = self.page.column
        side = SIDE - FOCUS_EDGE
        self.page.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._column.setContentsMargins(side, 12, side - BAR, 8)  # with a bar or without
        self._column.setSpacing(12)
        for widget in (self.trouble, self.task_text, self.result, self.usage, self.timeline):
            self._column.addWidget(widget)
        for widget in (self.trouble, self.usage):
            widget.setContentsMargins(FOCUS_EDGE, 0, FOCUS_EDGE, 0)
        self.timeline.setContentsMargins(FOCUS_EDGE, 0, 0, 0)
        self._column.addStretch(1)

    def _connect(self) -> None:
        services = self._services
        self.head.title.refitted.connect(self._show_text)
        bar = self.page.verticalScrollBar()
        bar.valueChanged.connect(self._note_place)
        bar.rangeChanged.connect(self._keep_end)
        self.timeline.view.read.connect(self._show_whole)
        self.timeline.view.reached.connect(self._show_line)
        services.timeline.grown.connect(self._follow_steps)
        services.account.changed.connect(self.refresh)

    # -- showing -------------------------------------------------------------------------------

    def _session(self) -> Session | None:
        return self._sessions.session(self.session_key) if self.session_key is not None else None

    def _task(self) -> Task | None:
        return self._sessions.task(self.task_key) if self.task_key is not None else None

    def _show_several(self) -> None:
        """Show how many are selected and what they cost, or that nothing is."""
        keys, tasks = self._several
        title, text, tip = "", tr("Select a session or a task to see its details."), ""
        each = self._services.spending.price()
        if keys:
            total = TaskSum()
            for key in keys:
                total = total.plus(session_sum(self._sessions, key))
            title, text = several_text(len(keys), 0, self._open), cost_text(total, each)
            tip = sum_tip(total, each)
        elif tasks:
            title, text = several_text(0, tasks - self._hidden or tasks, self._open), ""
            if self._sum:
                text, tip = cost_text(self._sum, each), sum_tip(self._sum, each)
        show_text(self.several, title)
        self.bulk.setVisible(tasks > self._hidden)
        self.nothing.setText(text[:1].upper() + text[1:])
        self.nothing.setToolTip(plain_tip(tip))

    def _turn_to(self, session_key: int | None, task_key: int | None) -> None:
        other = task_key != self.task_key
        self.session_key, self.task_key = session_key, task_key
        if other:
            self.page.verticalScrollBar().setValue(0)
            self._loader.turn_to(task_key)
        self.refresh()

    def _show_text(self) -> None:
        task, title = self._task(), self.head.title
        text = task.spec.text if task is not None else ""
        is_said = title.is_whole and title.text() == text.strip()
        self.task_text.show_text("" if is_said else text)

    def _show_verbs(self) -> None:
        self.verbs.setVisible(bool(self._session() or self._task() or self._open))
        if any(self._several):
            self.verbs.show_several(self._open)
            return
        about_session = self._about_session
        self.verbs.show_records(self._session(), self._task(), about_session=about_session)

    def _show_line(self, line: QRect) -> None:
        inner = self.page.widget()
        if inner is not None:
            place = self.timeline.view.mapTo(inner, line.center())
            self.page.ensureVisible(place.x(), place.y(), 0, line.height())

    def _show_whole(self) -> None:
        """Show the step that is selected; it stays in sight where the text takes its room."""
        view = self.timeline.view
        step = view.read_step()
        if step is None and self.whole.hasFocus():
            view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.whole.show_text(read_text(step) if step is not None else "")
        layout = self.layout()
        if step is not None and layout is not None:
            layout.activate()
            self._show_line(view.visualRect(view.currentIndex()))

    def _note_place(self, value: int) -> None:
        """Follow the newest step once it was scrolled to the end."""
        self._is_following = 0 < value == self.page.verticalScrollBar().maximum()

    def _keep_end(self, _least: int, most: int) -> None:
        if self._is_following:
            self.page.verticalScrollBar().setValue(most)

    def _follow_steps(self, task_key: int, _steps: object) -> None:
        if task_key == self.task_key:
            self.timeline.refresh()
