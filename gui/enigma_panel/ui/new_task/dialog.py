"""The sheet New task: what to do, where it begins, where it runs, and its limits."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from html import escape

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.service_rules import RULES, Field, ServiceRules
from enigma_panel.core.validation import check_spec, check_task_text, first_site, site_of
from enigma_panel.services.container import Services
from enigma_panel.services.sessions import MOST_STARTS, NoKeyError
from enigma_panel.services.types import Diff, KeyState, LedgerError
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.new_task.limits import LimitsForm, has_options
from enigma_panel.ui.new_task.session_picker import (
    NEW_CLOSED,
    NEW_KEPT,
    SessionPicker,
    TargetSession,
)
from enigma_panel.ui.new_task.task_text_edit import TaskTextEdit
from enigma_panel.ui.new_task.text import (
    after_start_text,
    price_text,
    start_label,
    target_hint,
    too_many_text,
)
from enigma_panel.ui.text.check import finding_text
from enigma_panel.ui.text.money import spoken_money
from enigma_panel.ui.text.outcome import not_saved_text
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import (
    FieldGrid,
    NoticeLabel,
    ProblemLabel,
    make_button,
    make_label,
    make_row,
)
from enigma_panel.ui.widgets.dialog import EDGE, PADDING, Sheet
from enigma_panel.ui.widgets.inputs import ChoiceBox, LineEdit, ScrollArea

tr = Translations("New task")

_PART_OF_ONE = lazy_compile(r"[-–—*+•‣◦·#>|(\[]|\d|[^\W\d_][.)]\s")
"""How a point of a list begins."""
STARTED_MS = 6_000
"""How long "Started …" is shown."""


class NewTaskDialog(Sheet):
    """The sheet. What was typed stays when it closes, until it is started or cleared.

    open_key: called when there is no key to start with. problems: one label beside each field.
    """

    help_page = "start"

    def __init__(
        self, services: Services, parent: QWidget | None, open_key: Callable[[], None]
    ) -> None:
        super().__init__(tr("New task"), parent, width=640)
        self.problems: dict[Field, ProblemLabel] = {}
        self._services = services
        self._open_key = open_key
        self._is_starting = self._is_left_per_line = False
        self._replaced = ""
        self._prefilled: TaskSpec | None = None
        self._started_timer = QTimer(self, singleShot=True, interval=STARTED_MS)
        self._second = QTimer(self, singleShot=True, interval=1000)
        self._build_fields()
        self._build_limits()
        self._build_layout()
        self._connect()
        self._show_target()

    # -- building ----------------------------------------------------------------------------

    def _build_fields(self) -> None:
        self.task_text = TaskTextEdit()
        self.task_text.setObjectName("task")  # for the style sheet: its role says what is wrong
        self.task_text.setAccessibleName(tr("Task"))
        self.per_line = QCheckBox(tr("One task per line"))
        self.starting_url = LineEdit()
        self.starting_url.setPlaceholderText("https://")
        self.run_in = SessionPicker(self._services.sessions)
        self.price_label = make_label(wrap=True)
        self.price_label.setTextFormat(Qt.TextFormat.RichText)
        self.target_label = make_label(role="dim", wrap=True)
        self.close_after = QCheckBox(tr("Close the session after this task"))
        grid = FieldGrid()
        self.task_text.setPlaceholderText(tr("What should the agent do?"))
        self.per_line.setAccessibleName(self.per_line.text())
        self.keys_hint = make_label(role="dim")
        self.problems[Field.TASK] = ProblemLabel(self.task_text)
        self.problems[Field.STARTING_URL] = grid.add_field(tr("Starting URL"), self.starting_url)
        self.target_problem = grid.add_field(tr("Run in"), self.run_in)
        grid.add_below(self.target_label)
        grid.add_wide(self.close_after)
        self._grid = grid

    def _build_limits(self) -> None:
        self.limits = LimitsForm(self._rules())
        self.problems.update(self.limits.problems)
        self.more_button = make_button(tr("Limits and options"), "link")
        self.more_button.setCheckable(True)
        self.more_button.toggled.connect(self._show_more)
        self._show_more(shown=False)

    def _build_layout(self) -> None:
        self.kept_label = make_label(tr("Draft kept"), "dim")
        self.clear_button = make_button(tr("Clear"), "link")
        self._show_kept(is_kept=False)
        self.notice = NoticeLabel()
        self.cancel_button = make_button(tr("Cancel"))
        self.another_button = make_button(tr("Start and add another"))
        self.start_button = make_button(tr("Start"), "primary")
        self.another_button.setToolTip(tr("Ctrl+Shift+Enter to start"))
        self.start_button.setToolTip(tr("Ctrl+Enter to start"))
        width = max(self._grid.label_width(), self.limits.grid.label_width())
        self._grid.setColumnMinimumWidth(0, width)
        self.limits.grid.setColumnMinimumWidth(0, width)
        self.scroll_body = ScrollArea()
        column = self.scroll_body.column
        column.addWidget(self.task_text, 1)
        column.addWidget(self.problems[Field.TASK])
        column.addLayout(make_row(self.per_line, None, self.keys_hint))
        column.addLayout(self._grid)
        column.addLayout(make_row(self.more_button, None, self.kept_label, self.clear_button))
        column.addWidget(self.limits)
        self.body.addWidget(self.scroll_body, 1)
        self.body.addWidget(self.notice)
        # Not in `body`: a text that wraps there would keep its other parts from getting lower.
        self.price_label.setContentsMargins(PADDING, 0, PADDING, EDGE)
        self.whole.addWidget(self.price_label)
        self.add_buttons(self.cancel_button, self.another_button, self.start_button)

    def _connect(self) -> None:
        self.cancel_button.clicked.connect(self.reject)
        self.clear_button.clicked.connect(self._clear)
        self.task_text.pasted.connect(self._recognise_list)
        self.per_line.clicked.connect(self._leave_per_line)
        self.start_button.clicked.connect(self._start)
        self.another_button.clicked.connect(self._start_another)
        self.task_text.textChanged.connect(self._follow_text)
        for enter in ("Return", "Enter"):  # Enter is the one of the number pad
            another = f"Ctrl+Shift+{enter}"
            self.add_keys({f"Ctrl+{enter}": self._start, another: self._start_another})
        self.run_in.currentIndexChanged.connect(self._show_target)
        self.run_in.currentIndexChanged.connect(self._refit)
        self._started_timer.timeout.connect(self._clear_notice)
        self._second.timeout.connect(self._show_hint)  # the limit of calls is one of time
        self.limits.one_call.toggled.connect(self._show_start_text)
        self.close_after.toggled.connect(self._show_start_text)
        self.task_text.textChanged.connect(self.problems[Field.TASK].clear)
        self.starting_url.textChanged.connect(self.problems[Field.STARTING_URL].clear)
        for field, widget in self.limits.field_widgets().items():
            if isinstance(widget, ChoiceBox):
                widget.currentIndexChanged.connect(self._refit)
            else:
                widget.textChanged.connect(self.problems[field].clear)
        self.task_text.textChanged.connect(self._show_start_text)
        self.task_text.textChanged.connect(self._show_keys)
        self.per_line.toggled.connect(self.problems[Field.TASK].clear)
        self.per_line.toggled.connect(self._show_start_text)
        self.per_line.toggled.connect(lambda on: self.task_text.show_numbers(shown=on))
        self.per_line.toggled.connect(self._refit)
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
            self.present(self.task_text)
            return
        here = None if session_key is None else TargetSession(session_key, close_after=False)
        was_hidden = not self.isVisible()
        is_kept = was_hidden and prefill is None and self._is_typed()
        if was_hidden and not self._is_typed():
            self._empty()
        if prefill is not None:
            self._fill(prefill, here or (NEW_CLOSED if prefill.close_after else NEW_KEPT))
        elif here is not None:
            self.run_in.choose(here)
        else:
            self.run_in.refresh()
        self._services.scope.spawn("recent texts", self._load_earlier(), exclusive=True)
        self.present(self.task_text)
        if was_hidden:
            self._show_kept(is_kept=is_kept)
        if is_kept:
            self.task_text.selectAll()

    def typed(self) -> TaskSpec:
        """Return the content of the fields, mistakes included."""
        target = self.run_in.target()
        closes = target.close_after if target.session_key is None else self.close_after.isChecked()
        spec = TaskSpec(
            text=self.task_text.text().strip(),
            starting_url=self.starting_url.text().strip() or None,
            close_after=closes,
        )
        return self.limits.complete(spec)

    def specs(self) -> list[TaskSpec]:
        """Return the tasks that Start would start: one for each line, always one to be checked."""
        spec = self.typed()
        lines = [line for _, line in numbered_lines(spec.text)] if self.per_line.isChecked() else []
        return [replace(spec, text=line) for line in lines] or [spec]

    def field_widgets(self) -> dict[Field, QWidget]:
        """Return the fields by what they hold, from top to bottom."""
        return {
            Field.TASK: self.task_text,
            Field.STARTING_URL: self.starting_url,
            **self.limits.field_widgets(),
        }

    def _show_more(self, shown: bool) -> None:
        self.limits.setVisible(shown)
        self.more_button.show_glyph(Glyph.DOWN if shown else Glyph.CHEVRON, "mark")
        self._refit()

    def _refit(self) -> None:
        if self.isVisible():
            self.fit()

    def _is_empty(self) -> bool:
        typed = self.typed()
        return not (typed.text or typed.starting_url or has_options(typed))

    def _is_typed(self) -> bool:
        """Return whether a person typed something here, other than an earlier task's words."""
        return not self._is_empty() and self.typed() != self._prefilled

    def _keep_text(self) -> None:
        """Keep a typed text that others replace: ↑ brings it back."""
        if self._is_typed() and self.task_text.text():
            self._replaced = self.task_text.text()
            self.task_text.add_earlier(self._replaced)

    def _clear(self) -> None:
        self._keep_text()
        self._empty()
        self.task_text.setFocus()

    def _show_kept(self, *, is_kept: bool) -> None:
        self.kept_label.setVisible(is_kept)
        self.clear_button.setVisible(is_kept)

    def _follow_text(self) -> None:
        if not self.task_text.text():
            self._show_kept(is_kept=False)
            self.per_line.setChecked(self._is_left_per_line)

    def _recognise_list(self) -> None:
        """Make each line a task where that is certain of what was pasted, or was chosen."""
        was_chosen = self._is_left_per_line and self.per_line.isChecked()
        self.per_line.setChecked(was_chosen or is_list_of_tasks(self.task_text.text()))

    def _leave_per_line(self, is_on: bool) -> None:
        """Remember what the person chose, for the next text."""
        self._is_left_per_line = is_on

    def _fill(self, spec: TaskSpec, target: TargetSession) -> None:
        """Fill the fields with an earlier task."""
        self._keep_text()
        self.per_line.setChecked(False)
        self.task_text.fill(spec.text)
        self.starting_url.setText(spec.starting_url or "")
        self.limits.fill(spec)
        self.limits.one_call.setChecked(False)
        if has_options(spec):
            self.more_button.setChecked(True)
        self.run_in.choose(target)
        self.close_after.setChecked(spec.close_after and target.session_key is not None)
        self._clear_problems()
        self._show_kept(is_kept=False)
        self._prefilled = self.typed()
        self.task_text.document().setModified(False)  # nobody typed these words

    async def _load_earlier(self) -> None:
        texts: list[str] = []
        with suppress(LedgerError):  # the main window says what is wrong with the ledger
            texts = await self._services.sessions.recent_texts()
        self.task_text.set_earlier([*filter(None, [self._replaced]), *texts])
        self._show_keys()

    def _show_keys(self) -> None:
        keys = tr("Ctrl+Enter to start") if self.task_text.text() else ""
        earlier = tr("↑ brings back earlier tasks")
        self.keys_hint.setText(earlier if self.task_text.offers_earlier() else keys)

    def _rules(self) -> ServiceRules:
        """Return the rules of the dialect of the task: an open session keeps its own."""
        session = self.run_in.session()
        return RULES[session.dialect] if session is not None else self._services.account.rules

    def _show_rules(self) -> None:
        in_open_session = self.run_in.target().session_key is not None
        self.limits.set_rules(self._rules(), in_open_browser=in_open_session)
        if self.limits.has_unused():
            self.more_button.setChecked(True)  # there it says what is not used
        if self.isVisible():
            self.fit(only_grow=True)

    def _show_target(self) -> None:
        in_open_session = self.run_in.target().session_key is not None
        self.close_after.setVisible(in_open_session)
        self.limits.one_call.setEnabled(not in_open_session)
        self._show_rules()
        self.target_problem.clear()
        self._show_start_text()

    def _show_start_text(self) -> None:
        """Show what Start would do now: how many tasks, at once or later; too many are refused."""
        after = self.run_in.is_after_another()
        n = len(self.specs())
        if n > MOST_STARTS:
            self.problems[Field.TASK].show_text(too_many_text(n))
            self._refit()
        self.start_button.setEnabled(n <= MOST_STARTS and not self._is_starting)
        lines = len(numbered_lines(self.task_text.text()))
        text = start_label(n, after=after, has_lines=lines > 1)
        list_text = tr.plural("One task per line", "{n} lines: one task each?", max(1, lines))
        self.per_line.setText(list_text)
        self.per_line.setAccessibleDescription(list_text if lines > 1 else "")
        self.start_button.setText(text)
        self.start_button.setAccessibleName(text)
        self.another_button.setVisible(n == 1)  # of several, "another" is unclear
        self.setWindowTitle(tr.plural("New task", "New tasks", n))
        self.setAccessibleName(self.windowTitle())
        self.run_in.show_count(n)
        self._show_hint()

    def _show_price(self) -> None:
        specs = self.specs()
        price = partial(
            price_text,
            self._services,
            len(specs),
            in_new=self.run_in.target().session_key is None,
            single=self.limits.one_call.isChecked(),
            stays_ms=None if self.typed().close_after else self._rules().idle_ms,
            site=site_of(specs[0]) if specs else "",
        )
        self.price_label.setText(price(mark=lambda text: f"<b>{escape(text)}</b>"))
        self.price_label.setAccessibleName(price(mark=spoken_money))

    def _show_hint(self) -> None:
        """Show when the tasks would run and what they may cost; in sight, again each second."""
        self._show_price()
        n, after = len(self.specs()), self.run_in.is_after_another()
        in_new, single = self.run_in.target().session_key is None, self.limits.one_call.isChecked()
        hint = target_hint(self._services, n, after=after, in_new=in_new, single=single)
        self.target_label.setText(hint if n <= MOST_STARTS else "")
        if self.isVisible():
            self._second.start()

    def _follow_queue(self) -> None:
        if self.isVisible():
            self._show_start_text()

    def _follow_sessions(self, _diff: Diff) -> None:
        # The list must not change under a person who is reading it.
        if self.isVisible() and not self.run_in.view().isVisible():
            self.run_in.refresh()
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
        specs, where = self.specs(), self.run_in.target().session_key
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
            self.task_text.add_earlier(spec.text)
        if another:
            self.task_text.setPlainText("")
            self.starting_url.setText("")
            self._clear_problems()
            self.run_in.refresh(keep=NEW_CLOSED if specs[0].close_after else NEW_KEPT)
            self._say(after_start_text(self._services, specs[0].text, keys), "dim")
            self._started_timer.start()
            self.task_text.setFocus()
            return
        self._empty()
        self.accept()

    def _empty(self) -> None:
        """Put the dialog back to how it was when first shown."""
        self.task_text.setPlainText("")
        self.starting_url.setText("")
        self._clear_problems()
        self.limits.clear()
        for box in (self.more_button, self.close_after):
            box.setChecked(False)
        self.run_in.choose(NEW_CLOSED)

    def _ask_for_key(self) -> None:
        self._say(tr("There is no API key yet. Enter it, then start again."), "notice")
        self._open_key()

    def _set_starting(self, *, starting: bool) -> None:
        self._is_starting = starting
        self.task_text.setReadOnly(starting)  # what is typed now would be lost with the rest
        starts = (self.start_button, self.another_button)
        for button in (*starts, self.clear_button):
            button.setEnabled(not starting)

    def _check(self) -> bool:
        """Name every mistake beside its field; True when there is none."""
        self._clear_problems()
        sentences: dict[Field, str] = {}
        for finding in check_spec(self.specs()[0]):
            sentences.setdefault(finding.field, finding_text(finding))
        if self.per_line.isChecked() and (problem := per_line_problem(self.task_text.text())):
            sentences[Field.TASK] = problem
        sentences.update(self.limits.mistyped())
        if not self.run_in.is_possible():
            self.target_problem.show_text(
                tr("This session takes no more tasks. Choose another one.")
            )
        self._show_problems(sentences)
        return not sentences and self.run_in.is_possible()

    def _show_problems(self, sentences: dict[Field, str]) -> None:
        """Show each mistake beside its field, and go to the first."""
        for field, sentence in sentences.items():
            self.problems[field].show_text(sentence)
        fields = self.field_widgets()
        if any(field in self.limits.problems for field in sentences):
            self.more_button.setChecked(True)
        first = next((field for field in fields if field in sentences), None)
        target = self.run_in if first is None else fields[first]
        if first is not None or not self.run_in.is_possible():
            target.setFocus()
            self.fit()
            self.scroll_body.ensureWidgetVisible(target)

    def _clear_problems(self) -> None:
        self._clear_notice()
        for problem in (*self.problems.values(), self.target_problem):
            problem.clear()

    # -- Qt ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        self.run_in.refresh()
        self._show_start_text()
        super().showEvent(event)


def is_list_of_tasks(text: str) -> bool:
    """Whether each line is a task for certain: each names a site, or all begin with the same word.

    Bullets, numbers and a line that ends in ":" are parts of one task.
    """
    lines = [line for _, line in numbered_lines(text)]
    if len(lines) < 2 or any(_PART_OF_ONE.match(line) or line.endswith(":") for line in lines):
        return False
    return len({line.split()[0].casefold() for line in lines}) == 1 or all(map(first_site, lines))


def numbered_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that hold a task, with their numbers as they are seen, from 1."""
    lines = enumerate(text.splitlines(), start=1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def per_line_problem(text: str) -> str:
    """Return the sentence about the first line that cannot be started, empty when all can."""
    lines = numbered_lines(text)
    if len(lines) > MOST_STARTS:
        return too_many_text(len(lines))
    for number, line in lines:
        findings = check_task_text(line)
        if findings:
            return tr("Line {n}: {what}", n=number, what=finding_text(findings[0]))
    return ""
