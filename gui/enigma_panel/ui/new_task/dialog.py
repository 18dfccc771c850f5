"""The sheet New task: what to do, where it begins, where it runs, and its limits."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace
from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.service_rules import Field
from enigma_panel.core.validation import check_spec
from enigma_panel.services.container import Services
from enigma_panel.services.sessions import MOST_STARTS, NoKeyError
from enigma_panel.services.types import Diff, KeyState, LedgerError
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.new_task.limits import LimitsForm, has_options
from enigma_panel.ui.new_task.part import TaskPart
from enigma_panel.ui.new_task.place_form import PlaceForm
from enigma_panel.ui.new_task.price_label import PriceLabel
from enigma_panel.ui.new_task.session_picker import NEW_CLOSED, NEW_KEPT, TargetSession
from enigma_panel.ui.new_task.task_form import TaskForm
from enigma_panel.ui.new_task.text import after_start_text, start_label, too_many_text
from enigma_panel.ui.text.check import finding_text
from enigma_panel.ui.text.outcome import not_saved_text
from enigma_panel.ui.widgets.basics import (
    NoticeLabel,
    ProblemLabel,
    make_button,
    make_label,
    make_row,
)
from enigma_panel.ui.widgets.dialog import Sheet
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("New task")

STARTED_MS = 6_000
"""How long "Started …" is shown."""


class NewTaskDialog(Sheet):
    """The sheet. What was typed stays when it closes, until it is started or cleared.

    open_key: called when there is no key to start with. parts: of features. problems: one label
    beside each field.
    """

    help_page = "start"

    def __init__(
        self,
        services: Services,
        parent: QWidget | None,
        open_key: Callable[[], None],
        parts: Sequence[TaskPart] = (),
    ) -> None:
        super().__init__(tr("New task"), parent, width=640)
        self._services = services
        self._open_key = open_key
        self._is_starting = False
        self._prefilled: TaskSpec | None = None
        self._started_timer = QTimer(self, singleShot=True, interval=STARTED_MS)
        self._second = QTimer(self, singleShot=True, interval=1000)
        self.task = TaskForm(services.sessions)
        self.place = PlaceForm(services, parts)
        self.limits = LimitsForm(self.place.rules())
        self.price = PriceLabel(services)
        self.problems: dict[Field, ProblemLabel] = {
            Field.TASK: self.task.problem,
            Field.STARTING_URL: self.place.url_problem,
            **self.limits.problems,
        }
        self._build()
        self._connect()
        self._show_target()

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        self.kept_label = make_label(tr("Draft kept"), "dim")
        self.clear_button = make_button(tr("Clear"), "link")
        self._show_kept(is_kept=False)
        self.notice = NoticeLabel()
        self.cancel_button = make_button(tr("Cancel"))
        self.another_button = make_button(tr("Start and add another"))
        self.start_button = make_button(tr("Start"), "primary")
        self.another_button.setToolTip(tr("Ctrl+Shift+Enter to start"))
        self.start_button.setToolTip(tr("Ctrl+Enter to start"))
        grids = (self.place, self.limits.grid)
        width = max(grid.label_width() for grid in grids)
        for grid in grids:
            grid.setColumnMinimumWidth(0, width)
        self.scroll_body = ScrollArea()
        column = self.scroll_body.column
        column.addLayout(self.task, 1)
        column.addLayout(self.place)
        more = make_row(self.limits.more_button, None, self.kept_label, self.clear_button)
        column.addLayout(more)
        column.addWidget(self.limits)
        self.body.addWidget(self.scroll_body, 1)
        self.body.addWidget(self.notice)
        # Not in `body`: a text that wraps there would keep its other parts from getting lower.
        self.whole.addWidget(self.price)
        self.add_buttons(self.cancel_button, self.another_button, self.start_button)

    def _connect(self) -> None:
        self.cancel_button.clicked.connect(self.reject)
        self.clear_button.clicked.connect(self._clear)
        self.start_button.clicked.connect(self._start)
        self.another_button.clicked.connect(self._start_another)
        for enter in ("Return", "Enter"):  # Enter is the one of the number pad
            another = f"Ctrl+Shift+{enter}"
            self.add_keys({f"Ctrl+{enter}": self._start, another: self._start_another})
        self.task.changed.connect(self._follow_task)
        self.task.per_line.toggled.connect(self._refit)
        self.place.starting_url.textChanged.connect(self._show_hint)
        self.place.run_in.currentIndexChanged.connect(self._show_target)
        self.place.run_in.currentIndexChanged.connect(self._refit)
        self.place.close_after.toggled.connect(self._show_start_text)
        self.limits.one_call.toggled.connect(self._show_start_text)
        self.limits.resized.connect(self._refit)
        self._started_timer.timeout.connect(self._clear_notice)
        self._second.timeout.connect(self._show_hint)  # the limit of calls is one of time
        self._services.sessions.changed.connect(self._follow_sessions)
        self._services.queue.changed.connect(self._follow_queue)
        self._services.account.changed.connect(self._show_rules)

    # -- showing -----------------------------------------------------------------------------

    def ask(self, session_key: int | None, prefill: TaskSpec | None) -> None:
        """Show the dialog for a session, or with an earlier task; typed text is not lost.

        A draft comes back selected as a whole: what is typed replaces it instead of being added to
        words that nobody looks at any more.
        """
        if self._is_starting:  # what it is started with stays; the fields are emptied in a moment
            self.present(self.task.field)
            return
        here = None if session_key is None else TargetSession(session_key, close_after=False)
        was_hidden = not self.isVisible()
        is_kept = was_hidden and prefill is None and self._is_typed()
        if was_hidden and not self._is_typed():
            self._empty()
        if prefill is not None:
            self._fill(prefill, here or (NEW_CLOSED if prefill.close_after else NEW_KEPT))
        elif here is not None:
            self.place.run_in.choose(here)
        else:
            self.place.run_in.refresh()
        self._services.scope.spawn("recent texts", self.task.load_earlier(), exclusive=True)
        self.present(self.task.field)
        if was_hidden:
            self._show_kept(is_kept=is_kept)
        if is_kept:
            self.task.field.selectAll()

    def typed(self) -> TaskSpec:
        """Return the content of the fields, mistakes included."""
        return self.limits.complete(self.place.complete(TaskSpec(text=self.task.text())))

    def specs(self) -> list[TaskSpec]:
        """Return the tasks that Start would start: one for each line, always one to be checked."""
        spec = self.typed()
        return [replace(spec, text=text) for text in self.task.texts()]

    def field_widgets(self) -> dict[Field, QWidget]:
        return {
            Field.TASK: self.task.field,
            Field.STARTING_URL: self.place.starting_url,
            **self.limits.field_widgets(),
        }

    def _refit(self) -> None:
        if self.isVisible():
            self.fit()

    def _is_typed(self) -> bool:
        """Return whether a person typed something here, other than an earlier task's words."""
        typed = self.typed()
        is_empty = not (typed.text or typed.starting_url or has_options(typed))
        return not is_empty and typed != self._prefilled

    def _keep_text(self) -> None:
        if self._is_typed():
            self.task.keep()

    def _clear(self) -> None:
        self._keep_text()
        self._empty()
        self.task.field.setFocus()

    def _show_kept(self, *, is_kept: bool) -> None:
        self.kept_label.setVisible(is_kept)
        self.clear_button.setVisible(is_kept)

    def _follow_task(self) -> None:
        if not self.task.field.text():
            self._show_kept(is_kept=False)
        self._show_start_text()

    def _fill(self, spec: TaskSpec, target: TargetSession) -> None:
        self._keep_text()
        self.task.fill(spec.text)
        self.limits.fill(spec)
        self.place.fill(spec, target)
        self._clear_problems()
        self._show_kept(is_kept=False)
        self._prefilled = self.typed()
        self.task.field.document().setModified(False)  # nobody typed these words

    def _show_rules(self) -> None:
        self.limits.set_rules(self.place.rules(), in_open_browser=not self.place.is_new())
        if self.isVisible():
            self.fit(only_grow=True)

    def _show_target(self) -> None:
        self.limits.one_call.setEnabled(self.place.is_new())
        self._show_rules()
        self._show_start_text()

    def _show_start_text(self) -> None:
        """Show what Start would do now: how many tasks, at once or later; too many are refused."""
        n = len(self.task.texts())
        if n > MOST_STARTS:
            self.task.problem.show_text(too_many_text(n))
            self._refit()
        self.start_button.setEnabled(n <= MOST_STARTS and not self._is_starting)
        after = self.place.run_in.is_after_another()
        text = start_label(n, after=after, has_lines=self.task.has_lines())
        self.start_button.setText(text)
        self.start_button.setAccessibleName(text)
        self.another_button.setVisible(n == 1)  # of several, "another" is unclear
        self.setWindowTitle(tr.plural("New task", "New tasks", n))
        self.setAccessibleName(self.windowTitle())
        self.place.run_in.show_count(n)
        self._show_hint()

    def _show_hint(self) -> None:
        """Show when the tasks would run and what they may cost; in sight, again each second."""
        self.place.follow(self.specs())
        specs, single = self.specs(), self.limits.one_call.isChecked()
        stays_ms = None if self.place.closes() else self.place.rules().idle_ms
        in_new = self.place.is_new()
        self.price.show_price(specs, in_new=in_new, single=single, stays_ms=stays_ms)
        self.place.show_hint(len(specs), single=single)
        if self.isVisible():
            self._second.start()

    def _follow_queue(self) -> None:
        if self.isVisible():
            self._show_start_text()

    def _follow_sessions(self, _diff: Diff) -> None:
        # The list must not change under a person who is reading it.
        if self.isVisible() and not self.place.run_in.view().isVisible():
            self.place.run_in.refresh()
            self._show_start_text()

    def _say(self, text: str, role: str) -> None:
        self.notice.show_text(text, role)
        self.fit()

    def _clear_notice(self) -> None:
        self._started_timer.stop()
        self.notice.show_text("")

    # -- starting ----------------------------------------------------------------------------

    def _start(self) -> None:
        self._try(another=False)

    def _start_another(self) -> None:
        self._try(another=True)

    def _try(self, *, another: bool) -> None:
        if self._is_starting or not self._check():
            return
        if self._services.account.state not in {KeyState.READY, KeyState.LOOKING}:
            self._ask_for_key()
            return
        self._set_starting(starting=True)
        self._services.scope.spawn("start from dialog", self._start_now(another=another))

    async def _start_now(self, *, another: bool) -> None:
        specs, where = self.specs(), self.place.session_key()
        one_call = self.limits.one_call.isChecked() and where is None
        try:
            keys = await self._services.sessions.start_many(specs, where=where, one_call=one_call)
        except NoKeyError:
            self._ask_for_key()
        except LedgerError as error:
            self._say(not_saved_text(error), "notice")
        else:
            self._set_starting(starting=False)
            self._after_start(specs, keys, another=another)
        finally:
            self._set_starting(starting=False)

    def _after_start(
        self, specs: Sequence[TaskSpec], keys: Sequence[int], *, another: bool
    ) -> None:
        for spec in specs:
            self.task.field.add_earlier(spec.text)
        if another:
            self.task.clear()
            self.place.clear_task()
            self._clear_problems()
            self.place.run_in.choose(NEW_CLOSED if specs[0].close_after else NEW_KEPT)
            self._say(after_start_text(self._services, specs[0].text, keys), "dim")
            self._started_timer.start()
            self.task.field.setFocus()
            return
        self._empty()
        self.accept()

    def _empty(self) -> None:
        """Put the dialog back to how it was when first shown."""
        self.task.clear()
        self._clear_problems()
        self.limits.clear()
        self.place.clear()

    def _ask_for_key(self) -> None:
        self._say(tr("There is no API key yet. Enter it, then start again."), "notice")
        self._open_key()

    def _set_starting(self, *, starting: bool) -> None:
        self._is_starting = starting
        self.task.field.setReadOnly(starting)  # what is typed now would be lost with the rest
        starts = (self.start_button, self.another_button)
        for button in (*starts, self.clear_button):
            button.setEnabled(not starting)

    def _check(self) -> bool:
        """Name every mistake beside its field and go to the first; True when there is none."""
        self._clear_problems()
        sentences: dict[Field, str] = {}
        for finding in check_spec(self.specs()[0]):
            sentences.setdefault(finding.field, finding_text(finding))
        if problem := self.task.line_problem():
            sentences[Field.TASK] = problem
        sentences.update(self.limits.mistyped())
        for field, sentence in sentences.items():
            self.problems[field].show_text(sentence)
        if sentences.keys() & self.limits.problems.keys():
            self.limits.more_button.setChecked(True)
        mistaken = [box for field, box in self.field_widgets().items() if field in sentences]
        if not self.place.check_session():
            mistaken.append(self.place.run_in)
        if mistaken:
            mistaken[0].setFocus()
            self.fit()
            self.scroll_body.ensureWidgetVisible(mistaken[0])
        return not mistaken

    def _clear_problems(self) -> None:
        self._clear_notice()
        for problem in (*self.problems.values(), self.place.session_problem):
            problem.clear()

    # -- Qt ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        self.place.run_in.refresh()
        self._show_start_text()
        super().showEvent(event)
