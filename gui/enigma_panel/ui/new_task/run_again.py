"""The sheet *Run again*: several tasks once more, after one question."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import Task, TaskSpec
from enigma_panel.core.validation import unsupported_fields
from enigma_panel.services.container import Services
from enigma_panel.services.sessions import MOST_STARTS
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.new_task.text import (
    again_cost_text,
    again_label,
    again_question,
    left_out_text,
    queue_hint,
    too_many_text,
)
from enigma_panel.ui.text.money import spoken_money
from enigma_panel.ui.widgets.confirm_sheet import ConfirmSheet

tr = Translations("New task")

TITLE_CHARS = 60


class RunAgainDialog(ConfirmSheet):
    """The sheet *Run again*.

    It is about the tasks that were selected when it was opened, whatever is shown meanwhile, as
    they are when *Run again* is clicked. start: starts all of these or none, and says so.
    """

    help_page = "money"

    def __init__(
        self,
        services: Services,
        parent: QWidget | None,
        start: Callable[[Sequence[TaskSpec]], None],
    ) -> None:
        super().__init__(tr("Run again"), parent, role="primary")
        self._services = services
        self._start = start
        self._keys: tuple[int, ...] = ()
        self._able: list[Task] = []
        self._read: dict[int, Task] = {}
        self._second = QTimer(self, singleShot=True, interval=1000)
        self._second.timeout.connect(self._follow)  # the limit of calls is one of time
        for changed in (
            services.sessions.changed,
            services.account.changed,
            services.queue.changed,
            services.health.changed,
        ):
            changed.connect(self._follow)

    def ask(self, task_keys: Sequence[int]) -> None:
        self._keys, self._read = tuple(task_keys), {}
        self._show_tasks()
        self.present(self.cancel_button)

    def _follow(self, _what: object = None) -> None:
        if self.isVisible():
            self._show_tasks()

    def _show_tasks(self) -> None:
        """Show which of the tasks can be run again now, the cost, and why the others cannot."""
        self._able, reasons, is_read = [], too_many_text(len(self._keys)), True
        if len(self._keys) <= MOST_STARTS:
            found = list(map(self._task, self._keys))
            is_read = None not in found
            over = [task for task in found if task is not None and task.is_final]
            rules = self._services.account.rules
            self._able = [task for task in over if not unsupported_fields(task.spec, rules)]
            counts = len(found) - len(over), len(over) - len(self._able)
            reasons = left_out_text(*counts) if is_read else tr("Loading…")
        n = len(self._able)
        title = shorten(self._able[0].spec.text, TITLE_CHARS) if n else ""
        cost = again_cost_text(self._services, self._able)
        texts = [again_question(title, n), cost.text if n and not cost.is_too_much else ""]
        text = "\n".join(filter(None, texts))
        hint = queue_hint(self._services, n) if n else ""
        self.say(
            text,
            again_label(n),
            can=n > 0 and is_read,
            warning=cost.text if n and cost.is_too_much else "",
            notes="\n".join(filter(None, (hint, reasons))),
        )
        for label in (self.text, self.warning):
            label.setAccessibleName(spoken_money(label.text()))
        self._second.start()

    def _task(self, key: int) -> Task | None:
        """Return a task, also one that was deleted; an old one is on its way from the ledger."""
        task = self._services.sessions.task(key) or self._read.get(key)
        if task is not None:
            self._read[key] = task
        return task

    def confirm(self) -> None:
        self.verb_button.setEnabled(False)  # asked once, started once
        self.accept()
        self._start([task.spec for task in self._able])
