"""The window *Result*: what came out of a task, to be read, searched, copied and saved."""

import asyncio
from typing import Any, Protocol

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.core.models import Session, Task
from enigma_panel.features.results.copy_menu import CopyMenu
from enigma_panel.features.results.find_bar import FindBar
from enigma_panel.features.results.markdown_view import MarkdownView
from enigma_panel.features.results.result_formats import ReadResult, ResultFormat
from enigma_panel.features.results.saver import ResultSaver
from enigma_panel.features.results.structured_results import StructuredResults
from enigma_panel.features.results.structured_text import doubt_text
from enigma_panel.features.results.text import cost_text, format_label, no_result_text, part_text
from enigma_panel.features.results.text_view import ResultText
from enigma_panel.features.results.views import ResultTable, ResultTree, view_of
from enigma_panel.services.container import Services
from enigma_panel.services.types import Diff
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.steps.loader import StepsLoader
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.steps.page import StepsPage
from enigma_panel.ui.text.task import task_summary, trouble_text
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    in_card,
    make_button,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.widgets.dialog import ModelessDialog

tr = Translations("Result")

FIRST_SIZE, LEAST_SIZE = QSize(1000, 680), QSize(420, 300)
SETTLE_S = 0.05
STEPS_FROM = 700
"""Width from which the steps have room beside the result, in pixels."""
STEPS_SHARE = 0.35


class Rows(Protocol):
    """The rows of Tasks as they are now."""

    def neighbour(self, key: int, by: int) -> int | None:
        """The key of the task `by` rows further down, None where there is none."""
        ...

    def select_task(self, key: int) -> None:
        """Make that task the subject."""
        ...


class ResultDialog(ModelessDialog):
    """One task at a time; Previous and Next go on in the rows of Tasks as they are then.

    colleague_asked: with the task that is to be copied for a colleague.
    """

    colleague_asked = Signal(object)

    def __init__(
        self, services: Services, reader: StructuredResults, parent: QWidget | None
    ) -> None:
        super().__init__(tr("Result"), parent)
        self._services = services
        self._reader = reader
        self._rows: Rows | None = None
        self._actions: Actions | None = None
        self.task_key: int | None = None
        self._shown: str | None = None
        self._result = ReadResult()
        self._reading: asyncio.Task[Any] | None = None
        self._structured: ResultTree | ResultTable | None = None
        self._wanted = ResultFormat.TEXT
        self._make_head()
        self._make_views()
        self._make_steps()
        self._make_foot()
        self._build()
        self._connect()
        self.setMinimumSize(LEAST_SIZE)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)

    def ask(self, task_key: int, rows: Rows, actions: Actions) -> None:
        """Show that task's result. rows: where Previous and Next go on."""
        self._rows, self._actions = rows, actions
        if not self.isVisible():
            self._wanted = ResultFormat.TEXT
        self._turn_to(task_key)
        self.present(self._view())

    def fit(self, *, only_grow: bool = False) -> None:
        """Keep the size that the person gave it: results are of any length."""
        del only_grow
        if not self.testAttribute(Qt.WidgetAttribute.WA_Resized):
            self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize() * 0.94))
            self.body.activate()
            steps = round(self._parts.width() * STEPS_SHARE)
            self._parts.setSizes([self._parts.width() - steps, steps])

    # -- building ------------------------------------------------------------------------------

    def _make_head(self) -> None:
        self.task_text = ElidedLabel("heading")
        self.state = ElidedLabel("dim")
        self.previous = make_button(tr("Previous"))
        self.next = make_button(tr("Next"))
        for button, keys in ((self.previous, "Alt+Up"), (self.next, "Alt+Down")):
            shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            tip = tr("The task above in Tasks ({keys})", keys=shown)
            if button is self.next:
                tip = tr("The task below in Tasks ({keys})", keys=shown)
            button.setToolTip(tip)
            button.setAccessibleDescription(tip)
        self.doubt = make_label(role="amber", wrap=True)

    def _make_views(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("Show the result as"))
        self.find_bar = FindBar(self._services.scope)
        self.nothing = make_label(role="dim", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text = ResultText()
        self.markdown = MarkdownView()
        self.views = QStackedWidget()
        for view in (self.nothing, self.text, self.markdown):
            self.views.addWidget(view)
        self.part = make_label(role="dim")
        self.show_all = make_button(tr("Show all"), "link")
        self._part_line = QWidget()
        self._part_line.setLayout(make_row(self.part, self.show_all, None, gap=6))

    def _make_steps(self) -> None:
        model = StepsModel(self)
        self._loader = StepsLoader(self._services.timeline, self._services.scope, model, self)
        self.steps = StepsPage(model, self._loader)
        self._steps_card = QFrame()
        set_role(self._steps_card, "card")
        column = QVBoxLayout(self._steps_card)
        column.setContentsMargins(1, 10, 1, 8)
        column.addWidget(self.steps)

    def _make_foot(self) -> None:
        self.copy = make_button(tr("Copy…"))
        self.copy.setToolTip(tr("Offers the forms that this result has."))
        self.save_as = make_button(tr("Save as…"))
        self.saver = ResultSaver(self, self._services.scope, self.save_as)
        self.menu = CopyMenu(self)
        self.close_button = make_button(tr("Close"))

    def _build(self) -> None:
        head = make_row(self.task_text, self.previous, self.next)
        head.setStretch(0, 1)
        self.body.setSpacing(8)
        self.body.addLayout(head)
        self.body.addWidget(self.state)
        self.body.addWidget(self.doubt)
        self._result_part = QWidget()
        self._column = column = QVBoxLayout(self._result_part)
        column.setSpacing(6)
        bar = make_row(self.tabs, None, self.find_bar)
        bar.setStretch(2, 1)
        column.addLayout(bar)
        column.addWidget(in_card(self.views), 1)
        column.addWidget(self._part_line)
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(self._result_part)
        self._parts.addWidget(self._steps_card)
        self._parts.setStretchFactor(0, 1)
        self.body.addWidget(self._parts, 1)
        self.body.addWidget(self.saver)
        self.add_buttons(self.copy, self.save_as, None, self.close_button)

    def _connect(self) -> None:
        self.previous.clicked.connect(lambda: self._step(-1))
        self.next.clicked.connect(lambda: self._step(1))
        for keys, by in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda by=by: self._step(by))
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self._find)
        self.find_bar.left.connect(lambda: self._view().setFocus(Qt.FocusReason.OtherFocusReason))
        self.tabs.currentChanged.connect(self._show_as)
        self.markdown.render_anyway.clicked.connect(self.find_bar.refresh)
        self.text.grown.connect(self._show_part)
        self.show_all.clicked.connect(self.text.load_all)
        self.copy.clicked.connect(lambda: self.menu.show_below(self.copy, self._result))
        self.menu.asked.connect(self._copy_as)
        self.menu.colleague_asked.connect(self._copy_for_colleague)
        self.steps.copy_asked.connect(self._copy_text)
        self.save_as.clicked.connect(self._save)
        self.close_button.clicked.connect(self.reject)
        self._services.sessions.changed.connect(self._follow)
        self._services.sessions.loaded.connect(lambda keys: self._follow(Diff(tasks=keys)))

    # -- which task ----------------------------------------------------------------------------

    def _turn_to(self, key: int) -> None:
        if key != self.task_key:
            self.task_key, self._shown = key, None
            self._loader.turn_to(key)
            self.saver.clear()
        self._show_task()
        self._see()

    def _step(self, by: int) -> None:
        key = self._neighbour(by)
        if key is not None and self._rows is not None:
            self._rows.select_task(key)
            self._turn_to(key)

    def _neighbour(self, by: int) -> int | None:
        if self._rows is None or self.task_key is None:
            return None
        return self._rows.neighbour(self.task_key, by)

    def _see(self) -> None:
        """What was opened, or came while the person looks, is new no more."""
        if self.task_key is not None and self._actions is not None:
            self._actions.mark_seen([self.task_key])

    def _follow(self, diff: Diff) -> None:
        if not self.isVisible() or self.task_key is None:
            return
        if self.task_key in diff.deleted:
            self.reject()
            return
        if self.task_key in diff.tasks:
            self._show_task()
            if self.isActiveWindow():
                self._see()
        self._enable_steps()

    def _task(self) -> Task | None:
        return self._services.sessions.task(self.task_key) if self.task_key is not None else None

    def _session(self, task: Task | None) -> Session | None:
        return self._services.sessions.session(task.session_key) if task is not None else None

    # -- showing -------------------------------------------------------------------------------

    def _show_task(self) -> None:
        task = self._task()
        session = self._session(task)
        self.task_text.show_text(shorten(task.spec.text) if task is not None else "")
        self.state.show_text(self._state_text(task, session))
        self._enable_steps()
        self.nothing.setText(self._nothing_text(task, session))
        text = (task.result or "") if task is not None else ""
        if text != self._shown:
            self._shown = text
            self._show_result(ReadResult(text=text))
            self._read(task, text)

    def _enable_steps(self) -> None:
        for button, by in ((self.previous, -1), (self.next, 1)):
            can = self._neighbour(by) is not None
            if button.hasFocus() and not can:
                self._view().setFocus(Qt.FocusReason.OtherFocusReason)
            button.setEnabled(can)

    def _state_text(self, task: Task | None, session: Session | None) -> str:
        if task is None:
            return ""
        now = self._services.clock.now_ms()
        parts = [task_summary(task, session, now).text]
        parts += filter(None, [cost_text(task)])
        if session is not None and not session.was_never_opened:
            parts.append(session.name)
        return " · ".join(parts)

    def _nothing_text(self, task: Task | None, session: Session | None) -> str:
        if task is None or not task.is_final:
            return no_result_text(task)
        trouble = trouble_text(session, task, self._services.clock.now_ms())
        if trouble is None:
            return no_result_text(task, session)
        return "\n\n".join(filter(None, (trouble.what, trouble.money, trouble.todo)))

    def _read(self, task: Task | None, text: str) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = None
        if task is not None and text:
            self._reading = self._services.scope.spawn("read a result", self._look(task, text))

    async def _look(self, task: Task, text: str) -> None:
        """What else it can be shown as; meanwhile its text is there. Not before that is painted:
        while a thread reads, each call of Qt's waits for its turn."""
        await asyncio.sleep(SETTLE_S)
        result = await self._reader.read_formats(task.spec, text)
        if self._shown == text and self.task_key == task.key:
            self._show_forms(result)

    def _show_result(self, result: ReadResult) -> None:
        self.text.show_text(result.text)
        self._show_forms(result)
        for widget in (self.tabs, self.find_bar):
            widget.setVisible(bool(result.text))
        self.save_as.setEnabled(bool(result.text))

    def _show_forms(self, result: ReadResult) -> None:
        """The tabs that it has; the one that the person chose last, where it is among them."""
        self._result = result
        self._drop_structured()
        doubt = doubt_text(result.structured, result.text)
        self.doubt.setText(doubt)
        self.doubt.setVisible(bool(doubt))
        if result.structured.has_structure:
            self._structured = view_of(result.structured, fits=False)
            self._structured.copy_asked.connect(self._copy_text)
            self.views.addWidget(self._structured)
            QWidget.setTabOrder(self.find_bar.clear, self._structured)
        if ResultFormat.MARKDOWN not in result.formats:
            self.markdown.show_text("")
        wanted = self._wanted
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for form in result.formats:
            self.tabs.addTab(format_label(form))
        number = result.formats.index(wanted) if wanted in result.formats else 0
        self.tabs.setCurrentIndex(number)
        self.tabs.blockSignals(False)
        self._show_form(result.formats[number])

    def _show_as(self, tab: int) -> None:
        self._wanted = self._result.formats[tab]
        self._show_form(self._wanted)

    def _show_form(self, form: ResultFormat) -> None:
        if form is ResultFormat.MARKDOWN:
            self.markdown.show_text(self._result.text)
        had_focus = self.views.isAncestorOf(self.focusWidget() or self)
        view = self._view()
        self.views.setCurrentWidget(view)
        if had_focus:
            view.setFocus(Qt.FocusReason.OtherFocusReason)
        if not isinstance(view, QLabel):
            self.find_bar.look_in(view)
        self._show_part()

    def _view(self) -> QLabel | ResultText | MarkdownView | ResultTree | ResultTable:
        if not self._result.text:
            return self.nothing
        form = self._result.formats[max(0, self.tabs.currentIndex())]
        if form is ResultFormat.MARKDOWN:
            return self.markdown
        return self.text if form is ResultFormat.TEXT else self._structured or self.text

    def _drop_structured(self) -> None:
        view, self._structured = self._structured, None
        if view is not None:
            self.views.removeWidget(view)
            view.hide()
            view.deleteLater()

    def _show_part(self) -> None:
        """How much of the text is shown, while that is not all."""
        is_part = self.text.shown < self.text.whole and self._view() is self.text
        self.part.setText(part_text(self.text.shown, self.text.whole))
        if self.show_all.hasFocus() and (self.text.is_loading or not is_part):
            self.text.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_all.setVisible(not self.text.is_loading)
        self._part_line.setVisible(is_part)

    # -- doing ---------------------------------------------------------------------------------

    def _find(self) -> None:
        """Search the steps where the keyboard is there, else the result."""
        focus = self.focusWidget()
        is_in_steps = focus is not None and self._steps_card.isAncestorOf(focus)
        (self.steps.search if is_in_steps else self.find_bar).begin()

    def _copy_text(self, text: str) -> None:
        if self._actions is not None:
            self._actions.copy(text)

    def _copy_as(self, result: ReadResult, form: ResultFormat) -> None:
        self._services.scope.spawn("copy a result", self._copy(result, form))

    async def _copy(self, result: ReadResult, form: ResultFormat) -> None:
        self._copy_text(await self._reader.copied_text(result, form))

    def _copy_for_colleague(self) -> None:
        task = self._task()
        if task is not None:
            self.colleague_asked.emit(task)

    def _save(self) -> None:
        task = self._task()
        if task is not None:
            self.saver.ask_where(task, self._result)

    # -- Qt ------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowActivate:
            self._see()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = event.size().width() >= STEPS_FROM
        if not has_room and self.steps.isAncestorOf(self.focusWidget() or self):
            self._view().setFocus(Qt.FocusReason.OtherFocusReason)
        self._steps_card.setVisible(has_room)
        self._column.setContentsMargins(0, 0, 8 if has_room else 0, 0)
