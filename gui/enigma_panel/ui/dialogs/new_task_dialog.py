"""'New task': what to do, where it begins, where it runs, and its limits."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import NO_LIMITS, TaskSpec
from enigma_panel.core.validation import Field, check_spec
from enigma_panel.services.container import Services
from enigma_panel.services.sessions import NoKeyError
from enigma_panel.services.types import Diff, KeyState
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.dialogs import outcome_words, start_words, task_lines
from enigma_panel.ui.dialogs.check_words import finding_text
from enigma_panel.ui.dialogs.new_task_view import NewTaskView
from enigma_panel.ui.dialogs.run_in import NEW_CLOSED, NEW_KEPT, TargetSession
from enigma_panel.ui.words import tr

STARTED_MS = 6_000
"""How long "Started …" stands there."""


class NewTaskDialog(NewTaskView):
    """The window. What was typed stays until it was started.

    open_key: called when there is no key to start with.
    """

    def __init__(
        self, services: Services, parent: QWidget | None, open_key: Callable[[], None]
    ) -> None:
        super().__init__(services.fleet, parent)
        self._services = services
        self._open_key = open_key
        self._is_starting = False
        self._put_aside: TaskSpec | None = None
        self._started_timer = QTimer(self, singleShot=True, interval=STARTED_MS)
        self._connect()
        self._show_place()

    # -- building ----------------------------------------------------------------------------

    def _connect(self) -> None:
        self.cancel_button.clicked.connect(self.reject)
        self.start_button.clicked.connect(self._start)
        self.another_button.clicked.connect(self._start_another)
        self.restore_button.clicked.connect(self._restore)
        for enter in ("Return", "Enter"):  # Enter is the one of the number pad
            another = f"Ctrl+Shift+{enter}"
            self.add_keys({f"Ctrl+{enter}": self._start, another: self._start_another})
        self.run_in.currentIndexChanged.connect(self._show_place)
        self._started_timer.timeout.connect(self._clear_notice)
        self.task_text.textChanged.connect(self.problems[Field.TASK].clear)
        self.starting_url.textChanged.connect(self.problems[Field.STARTING_URL].clear)
        for field, widget in self.limits.field_widgets().items():
            widget.textChanged.connect(self.problems[field].clear)
        self.task_text.textChanged.connect(self._show_start_text)
        self.per_line.toggled.connect(self._show_start_text)
        self.per_line.toggled.connect(self.problems[Field.TASK].clear)
        self._services.fleet.changed.connect(self._follow_fleet)
        self._services.line.changed.connect(self._follow_line)

    # -- showing -----------------------------------------------------------------------------

    def ask(self, session_key: int | None, prefill: TaskSpec | None) -> None:
        """Show it for a session, or with an earlier task's words; typed words are not lost."""
        if prefill is not None:
            self._fill(prefill)
        if session_key is not None:
            self.run_in.choose(TargetSession(session_key, close_after=False))
        else:
            self.run_in.refresh()
        self._services.scope.spawn("recent texts", self._load_earlier(), exclusive=True)
        self.present(self.task_text)

    def typed(self) -> TaskSpec:
        """What stands in the fields, mistakes included."""
        place = self.run_in.target()
        closes = place.close_after if place.session_key is None else self.close_after.isChecked()
        return TaskSpec(
            text=self.task_text.text().strip(),
            starting_url=self.starting_url.text().strip() or None,
            limits=self.limits.limits(),
            close_after=closes,
        )

    def specs(self) -> list[TaskSpec]:
        """The tasks that Start would start: one, or one for each line."""
        return task_lines.specs_of(self.typed(), per_line=self.per_line.isChecked())

    def _fill(self, spec: TaskSpec) -> None:
        before = self.typed()
        if before.text and before.text != spec.text:
            self._put_aside = before
        self.restore_button.setVisible(self._put_aside is not None)
        self._put(spec)

    def _put(self, spec: TaskSpec) -> None:
        self.task_text.fill(spec.text)
        self.starting_url.setText(spec.starting_url or "")
        self.limits.fill(spec.limits)
        if spec.limits != NO_LIMITS:
            self.more_button.setChecked(True)
        if self.run_in.target().session_key is None:
            self.run_in.choose(NEW_CLOSED if spec.close_after else NEW_KEPT)
        self._clear_problems()

    def _restore(self) -> None:
        spec, self._put_aside = self._put_aside, None
        self.restore_button.hide()
        if spec is not None:
            self._put(spec)
            self.task_text.setFocus()

    async def _load_earlier(self) -> None:
        try:
            self.task_text.set_earlier(await self._services.fleet.recent_texts())
        except LedgerError:
            self.task_text.set_earlier([])  # the main window says what is wrong with the ledger

    def _show_place(self) -> None:
        in_open_session = self.run_in.target().session_key is not None
        self.close_after.setVisible(in_open_session)
        self.limits.one_call.setEnabled(not in_open_session)
        self.place_problem.clear()
        self._show_start_text()

    def _show_start_text(self) -> None:
        """What Start would do now: how many tasks, at once or after another."""
        after = self.run_in.is_after_another()
        words = start_words.start(len(self.specs()), after=after)
        self.start_button.setText(words)
        self.start_button.setAccessibleName(words)
        in_new = self.run_in.target().session_key is None
        self.place_hint.setText(start_words.target_hint(self._services, after=after, in_new=in_new))

    def _follow_line(self) -> None:
        if self.isVisible():
            self._show_start_text()

    def _follow_fleet(self, _diff: Diff) -> None:
        # The list must not change under a person who is reading it.
        if self.isVisible() and not self.run_in.view().isVisible():
            self.run_in.refresh()
            self._show_start_text()

    def _say(self, words: str, role: str) -> None:
        self.notice.show_text(words, role)
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
            keys = await self._services.fleet.start_many(specs, where=where, one_call=one_call)
        except NoKeyError:
            self._ask_for_key()
        except LedgerError as error:
            self._say(outcome_words.not_kept(error), "notice")
        else:
            self._after_start(specs, keys, another=another)
        finally:
            self._set_starting(starting=False)

    def _after_start(
        self, specs: Sequence[TaskSpec], keys: Sequence[int], *, another: bool
    ) -> None:
        for spec in specs:
            self.task_text.add_earlier(spec.text)
        self.task_text.setPlainText("")
        self.starting_url.setText("")
        self._clear_problems()
        if another:
            self.run_in.refresh(keep=NEW_CLOSED if specs[0].close_after else NEW_KEPT)
            self._say(start_words.outcome(self._services, specs[0].text, keys), "dim")
            self._started_timer.start()
            self.task_text.setFocus()
            return
        self.limits.clear()
        for box in (self.more_button, self.close_after, self.per_line):
            box.setChecked(False)
        self.run_in.choose(NEW_CLOSED)
        self.accept()

    def _ask_for_key(self) -> None:
        self._say(tr("There is no API key yet. Enter it, then start again."), "notice")
        self._open_key()

    def _set_starting(self, *, starting: bool) -> None:
        self._is_starting = starting
        self.task_text.setReadOnly(starting)  # what is typed now would be lost with the rest
        for button in (self.start_button, self.another_button):
            button.setEnabled(not starting)

    def _check(self) -> bool:
        """Name every mistake beside its field and go to the first; True when there is none."""
        self._clear_problems()
        sentences: dict[Field, str] = {}
        for finding in check_spec(self.specs()[0]):
            sentences.setdefault(finding.field, finding_text(finding))
        if self.per_line.isChecked() and (
            problem := task_lines.lines_problem(self.task_text.text())
        ):
            sentences[Field.TASK] = problem
        sentences.update(self.limits.mistyped())
        for field, sentence in sentences.items():
            self.problems[field].show_text(sentence)
        if not self.run_in.is_possible():
            self.place_problem.show_text(
                tr("This session takes no more tasks. Choose another place.")
            )
        self._go_to_first(sentences)
        return not sentences and self.run_in.is_possible()

    def _go_to_first(self, sentences: dict[Field, str]) -> None:
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
        for problem in (*self.problems.values(), self.place_problem):
            problem.clear()

    # -- Qt ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        self.run_in.refresh()
        self._show_start_text()
        super().showEvent(event)
