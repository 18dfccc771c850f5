"""Where a new task begins, what features ask about it, and in which browser it runs."""

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtWidgets import QCheckBox

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.service_rules import RULES, ServiceRules
from enigma_panel.services.container import Services
from enigma_panel.services.sessions import MOST_STARTS
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.new_task.part import TaskPart
from enigma_panel.ui.new_task.session_picker import NEW_CLOSED, SessionPicker, TargetSession
from enigma_panel.ui.new_task.text import target_hint
from enigma_panel.ui.widgets.basics import FieldGrid, make_label
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("New task")


class PlaceForm(FieldGrid):
    """The starting URL and the session, with a line that says when the tasks would run there."""

    def __init__(self, services: Services, parts: Sequence[TaskPart]) -> None:
        super().__init__()
        self._services = services
        self.parts = parts
        self.starting_url = LineEdit()
        self.starting_url.setPlaceholderText("https://")
        self.run_in = SessionPicker(services.sessions)
        self.hint = make_label(role="dim", wrap=True)
        self.close_after = QCheckBox(tr("Close the session after this task"))
        self.url_problem = self.add_field(tr("Starting URL"), self.starting_url)
        for part in parts:
            self.add_field(part.label, part)
        self.session_problem = self.add_field(tr("Run in"), self.run_in)
        self.add_below(self.hint)
        self.add_wide(self.close_after)
        self.starting_url.textChanged.connect(self.url_problem.clear)
        self.run_in.currentIndexChanged.connect(self._follow_session)
        self._follow_session()

    def session_key(self) -> int | None:
        """Return the key of the open session that is chosen, None for a new one."""
        return self.run_in.target().session_key

    def is_new(self) -> bool:
        return self.session_key() is None

    def closes(self) -> bool:
        return self.run_in.target().close_after if self.is_new() else self.close_after.isChecked()

    def rules(self) -> ServiceRules:
        """Return the rules of the dialect of the task: an open session keeps its own."""
        session = self.run_in.session()
        return RULES[session.dialect] if session is not None else self._services.account.rules

    def complete(self, spec: TaskSpec) -> TaskSpec:
        """Return a task with what is chosen here."""
        url = self.starting_url.text().strip() or None
        spec = replace(spec, starting_url=url, close_after=self.closes())
        for part in self.parts:
            spec = part.complete(spec)
        return spec

    def follow(self, specs: Sequence[TaskSpec]) -> None:
        """Show what can be chosen for these tasks."""
        for part in self.parts:
            part.follow(specs)
            self.show_field(part, shown=part.is_offered())

    def fill(self, spec: TaskSpec, target: TargetSession) -> None:
        """Show where an earlier task began, what it had, and the session that was chosen for it."""
        self.starting_url.setText(spec.starting_url or "")
        for part in self.parts:
            part.fill(spec)
        self.run_in.choose(target)
        self.close_after.setChecked(spec.close_after and not self.is_new())

    def clear_task(self) -> None:
        """Set back what is one task's own: where it begins, and what features ask."""
        self.starting_url.setText("")
        for part in self.parts:
            part.fill(TaskSpec(text=""))

    def clear(self) -> None:
        """Set the fields back: a new session, closed after the task."""
        self.clear_task()
        self.close_after.setChecked(False)
        self.run_in.choose(NEW_CLOSED)

    def check_session(self) -> bool:
        """Return whether the chosen session takes tasks; a sentence beside it says if not."""
        is_possible = self.run_in.is_possible()
        if not is_possible:
            self.session_problem.show_text(
                tr("This session takes no more tasks. Choose another one.")
            )
        return is_possible

    def show_hint(self, n: int, *, single: bool) -> None:
        """Show when n tasks would run, if so many can be started. single: each by one call."""
        hint = target_hint(
            self._services,
            n,
            after=self.run_in.is_after_another(),
            in_new=self.is_new(),
            single=single,
        )
        self.hint.setText(hint if n <= MOST_STARTS else "")

    def _follow_session(self) -> None:
        self.close_after.setVisible(not self.is_new())
        self.session_problem.clear()
