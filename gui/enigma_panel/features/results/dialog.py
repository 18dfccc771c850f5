"""The window *Result*: what came out of a task, to be read, searched, copied and saved."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QWidget

from enigma_panel.core.models import Session, Task
from enigma_panel.features.results.find_bar import FindBar
from enigma_panel.features.results.saver import ResultSaver
from enigma_panel.features.results.text import cost_text, no_result_text
from enigma_panel.services.container import Services
from enigma_panel.services.types import Diff
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.details.parts import DetailsPanel
from enigma_panel.ui.details.text import again_label
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.main_window.selection import Selection
from enigma_panel.ui.result.view import ResultView, copy_label
from enigma_panel.ui.text.states import task_status_text
from enigma_panel.ui.text.task import task_summary, trouble_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.action_button import show_words
from enigma_panel.ui.widgets.basics import (
    MARGIN,
    Button,
    ElidedLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
    take_single_clicks,
)
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("Result")

FIRST_SIZE, LEAST_SIZE = QSize(800, 640), QSize(420, 300)
FILES_HEIGHT = 160
"""Room of what features show of a result: three files, then it is scrolled."""


class TaskRows:
    """The rows of Tasks as they are now: where *Previous* and *Next* go on."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._row_left = 0  # where the task stands or stood whose result is being read

    def neighbour(self, key: int, by: int) -> int | None:
        """The key of the task `by` rows down from it, or from where its row was; None: no row."""
        rows = self._selection.task_rows
        row = rows.row_of(key)
        if row is not None:
            self._row_left = row
        elif by > 0:
            by -= 1  # another one has its row
        found = self._row_left + by
        return rows.key_at(found) if found >= 0 else None

    def select_task(self, key: int) -> None:
        self._selection.select_task(key)


class ResultDialog(ModelessDialog):
    """One task at a time. rows: where Previous and Next go on, as they are then. panels: what
    features show of a result, such as its files."""

    def __init__(
        self,
        services: Services,
        rows: TaskRows,
        app_actions: Actions,
        parent: QWidget | None,
        panels: Sequence[DetailsPanel] = (),
    ) -> None:
        super().__init__(tr("Result"), parent)
        self._services = services
        self._rows = rows
        self._app_actions = app_actions
        self._panels = panels
        self.task_key: int | None = None
        self._was_run_again = False
        self._make_parts()
        self._build()
        self._connect()
        self.setMinimumSize(LEAST_SIZE)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)

    def ask(self, task_key: int) -> None:
        """Show that task's result, in its best form."""
        if not self.isVisible():
            self.view.forget_choice()
        self._turn_to(task_key, anew=not self.isVisible())
        self.present(self.view.view if self.view.isVisibleTo(self) else None)

    def fit(self, *, only_grow: bool = False) -> None:
        """Keep the size that the person gave it: results are of any length."""
        del only_grow
        if not self.testAttribute(Qt.WidgetAttribute.WA_Resized):
            self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize() * 0.94))

    # -- building ------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self.task_text = ElidedLabel("heading", lines=2)
        self.glyph = GlyphLabel(Glyph.RING, Severity.DIM, 16)
        self.state = ElidedLabel("dim")
        self.previous = self._make_step(
            tr("Previous"), tr("The task above it in Tasks"), "Alt+Up", -1
        )
        self.next = self._make_step(tr("Next"), tr("The task below it in Tasks"), "Alt+Down", 1)
        self.next.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # its arrow stands last
        self.previous.show_glyph(Glyph.BACK)
        self.next.show_glyph(Glyph.CHEVRON)
        self.view = ResultView()
        self.find_bar = FindBar(self.view)
        self.nothing = make_label(role="dim", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.copy = make_button(tr("Copy"))
        self.copy.show_glyph(Glyph.COPY)
        self.save_as = make_button(tr("Save as…"))
        self.save_as.show_glyph(Glyph.SAVE)
        self.saver = ResultSaver(self, self._services.scope)
        self.again = make_button(tr("Run again"))
        self.again.show_glyph(Glyph.AGAIN)
        take_single_clicks(self.again)
        self._files = ScrollArea()
        for panel in self._panels:
            self._files.column.addWidget(panel)
        self._files.setMaximumHeight(theme.line_height(FILES_HEIGHT))

    def _make_step(self, name: str, tip: str, keys: str, by: int) -> Button:
        button = make_button(name, "plain")
        shortcut = QShortcut(QKeySequence(keys), self)
        shown = shortcut.key().toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{tip} ({shown})")
        button.setAccessibleDescription(button.toolTip())
        for signal in (button.clicked, shortcut.activated):
            signal.connect(lambda: self._step(by))
        return button

    def _build(self) -> None:
        self.body.setContentsMargins(0, 16, 0, 0)
        self.body.setSpacing(0)
        head = make_row(self.task_text, self.previous, self.next, gap=16)
        state = make_row(self.glyph, self.state)
        tabs = make_row(self.view.tabs, None, self.find_bar)
        tabs.setAlignment(self.view.tabs, Qt.AlignmentFlag.AlignBottom)
        for row, below in ((head, 4), (state, 12), (tabs, 0)):
            row.setContentsMargins(MARGIN, 0, MARGIN, below)
            self.body.addLayout(row)
        head.setStretch(0, 1)
        for button in (self.previous, self.next):
            head.setAlignment(button, Qt.AlignmentFlag.AlignTop)
        QWidget.setTabOrder(self.view.tabs, self.find_bar.field)
        buttons = make_row(self.copy, self.save_as, None, self.again)
        content = make_column(self.view, self.nothing, self._files, self.saver)
        content.setStretch(0, 1)
        for parts, grows in ((content, 1), (buttons, 0)):
            lined = QFrame()
            set_role(lined, "foot")  # a line above it
            parts.setContentsMargins(MARGIN, 16, MARGIN, 16)
            lined.setLayout(parts)
            self.body.addWidget(lined, grows)

    def _connect(self) -> None:
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.find_bar.begin)
        self.view.shown.connect(self._show_form)
        self.copy.clicked.connect(lambda: self._app_actions.clipboard.copy(self.view.copied()))
        self.save_as.clicked.connect(self._save)
        self.again.clicked.connect(self._run_again)
        self._services.sessions.changed.connect(self._follow)
        self._services.sessions.loaded.connect(self._follow_loaded)

    # -- which task ----------------------------------------------------------------------------

    def _turn_to(self, key: int, *, anew: bool = False) -> None:
        if anew or key != self.task_key:
            self.task_key, self._was_run_again = key, False
            self.saver.hide()
        self._show_task()
        self._see()

    def _step(self, by: int) -> None:
        key = self._neighbour(by)
        if key is not None:
            self._rows.select_task(key)
            self._turn_to(key)

    def _neighbour(self, by: int) -> int | None:
        return self._rows.neighbour(self.task_key, by) if self.task_key is not None else None

    def _see(self) -> None:
        """What was opened, or came while the person looks, is new no more."""
        if self.task_key is not None:
            self._app_actions.mark_seen([self.task_key])

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

    def _follow_loaded(self, keys: frozenset[int]) -> None:
        self._follow(Diff(tasks=keys))

    def _task(self) -> Task | None:
        return self._services.sessions.task(self.task_key) if self.task_key is not None else None

    # -- showing -------------------------------------------------------------------------------

    def _show_task(self) -> None:
        task = self._task()
        session = self._services.sessions.session(task.session_key) if task is not None else None
        self.task_text.show_text(shorten(task.spec.text) if task is not None else "")
        self.state.show_text(self._state_text(task, session))
        if task is not None:
            show_words(self.again, again_label(self._services.spending, task, session))
            word = task_status_text(task, session)
            self.glyph.show_glyph(word.glyph, word.mark)
        self._enable_steps()
        self.nothing.setText(self._nothing_text(task, session))
        has_result = task is not None and bool(task.result)
        self.nothing.setVisible(not has_result)
        for widget in (self.view, self.find_bar):
            widget.setVisible(has_result)
        for button in (self.copy, self.save_as):
            button.setEnabled(has_result)
        can_run = task is not None and task.is_final
        self.again.setEnabled(can_run and not self._was_run_again)
        for panel in self._panels:
            panel.show_task(task)
        self._files.setHidden(all(panel.isHidden() for panel in self._panels))
        if task is not None and task.result:
            self.view.show_result(task.spec, task.result)
        self._show_form()

    def _run_again(self) -> None:
        """Run the task again, once for each time that it is shown: the main window may be hidden,
        which says what became of it."""
        task = self._task()
        if task is not None:
            self._was_run_again = True
            self._app_actions.run_again(task)
            self._show_task()

    def _show_form(self) -> None:
        self.view.tabs.setVisible(self.view.isVisibleTo(self) and self.view.tabs.count() > 1)
        self.copy.setText(copy_label(self.view.form))
        self.copy.setAccessibleName(self.copy.text())

    def _enable_steps(self) -> None:
        for button, by in ((self.previous, -1), (self.next, 1)):
            can = self._neighbour(by) is not None
            if button.hasFocus() and not can:
                self.view.take_focus()
            button.setEnabled(can)

    def _state_text(self, task: Task | None, session: Session | None) -> str:
        if task is None:
            return ""
        now = self._services.clock.now_ms()
        parts = [task_summary(task, session, now), *filter(None, [cost_text(task)])]
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

    def _save(self) -> None:
        task = self._task()
        if task is not None:
            self.saver.ask_where(task, self.view.result)

    # -- Qt ------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowActivate:
            self._see()
        return super().event(event)
