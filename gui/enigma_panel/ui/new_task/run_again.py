"""The sheet *Run again*: several tasks once more, after one question."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import Task
from enigma_panel.core.statuses import AT_WORK
from enigma_panel.core.validation import unsupported_fields
from enigma_panel.services.container import Services
from enigma_panel.services.sessions import MOST_STARTS, NoKeyError
from enigma_panel.services.types import LedgerError
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
from enigma_panel.ui.text.ways_out import can_run_again
from enigma_panel.ui.widgets.basics import NoticeLabel, make_button, make_label, set_role, show_text
from enigma_panel.ui.widgets.sheet import Sheet

tr = Translations("New task")

TITLE_CHARS = 60


class RunAgainDialog(Sheet):
    """The sheet *Run again*.

    It is about the tasks that were selected when it was opened, whatever is shown meanwhile, as
    they are when *Run again* is clicked. open_key: opens the API key dialog.
    """

    help_page = "money"

    def __init__(
        self, services: Services, parent: QWidget | None, open_key: Callable[[], None]
    ) -> None:
        super().__init__(tr("Run again"), parent)
        self._services = services
        self._open_key = open_key
        self._keys: tuple[int, ...] = ()
        self._able: list[Task] = []
        self._read: dict[int, Task] = {}
        self._is_starting = False
        self._second = QTimer(self, singleShot=True, interval=1000)
        self._build()
        self._connect()

    def ask(self, task_keys: Sequence[int]) -> None:
        """Show what it would cost, and ask."""
        if not self._is_starting:
            self._keys, self._read = tuple(task_keys), {}
            self.notice.show_text("")
            self._show_tasks()
        self.present(self.cancel_button)

    def _build(self) -> None:
        self.question = make_label(wrap=True)
        self.cost = make_label(wrap=True)
        self.hint = make_label(role="dim", wrap=True)
        self.left_out = make_label(role="dim", wrap=True)
        self.notice = NoticeLabel()
        self.cancel_button = make_button(tr("Cancel"))
        self.run_button = make_button("", "primary")
        for part in (self.question, self.cost, self.hint, self.left_out, self.notice):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.add_buttons(self.cancel_button, self.run_button)

    def _connect(self) -> None:
        services = self._services
        self.cancel_button.clicked.connect(self.reject)
        self.run_button.clicked.connect(self._run)
        self._second.timeout.connect(self._follow)  # the limit of calls is one of time
        for changed in (
            services.sessions.changed,
            services.account.changed,
            services.queue.changed,
            services.health.changed,
        ):
            changed.connect(self._follow)

    def _follow(self, _what: object = None) -> None:
        if self.isVisible() and not self._is_starting:
            self._show_tasks()

    def _show_tasks(self) -> None:
        """Show which of the tasks can be run again now, the cost, and why the others cannot."""
        self._able, reasons, is_read = [], too_many_text(len(self._keys)), True
        if len(self._keys) <= MOST_STARTS:
            found = list(map(self._task, self._keys))
            is_read = None not in found
            over = [task for task in found if task is not None and _is_over(task)]
            rules = self._services.account.rules
            self._able = [task for task in over if not unsupported_fields(task.spec, rules)]
            counts = len(found) - len(over), len(over) - len(self._able)
            reasons = left_out_text(*counts) if is_read else tr("Loading…")
        n = len(self._able)
        title = shorten(self._able[0].spec.text, TITLE_CHARS) if n else ""
        self.question.setText(again_question(title, n))
        self._show_cost()
        self.hint.setText(queue_hint(self._services, n) if n else "")
        show_text(self.left_out, reasons)
        for label in (self.cost, self.hint):
            label.setVisible(bool(n))
        self.run_button.setText(again_label(n))
        self.run_button.setAccessibleName(again_label(n))
        self.run_button.setEnabled(n > 0 and is_read)
        self._second.start()
        if self.isVisible():
            self.fit(only_grow=True)

    def _task(self, key: int) -> Task | None:
        """Return a task, also one that was deleted; an old one is on its way from the ledger."""
        task = self._services.sessions.task(key) or self._read.get(key)
        if task is not None:
            self._read[key] = task
        return task

    def _show_cost(self) -> None:
        text = again_cost_text(self._services, self._able)
        self.cost.setText(text.text)
        self.cost.setAccessibleName(spoken_money(text.text))
        set_role(self.cost, "amber" if text.is_too_much else "")

    # -- starting ------------------------------------------------------------------------------

    def _run(self) -> None:
        if not self._is_starting and self._able:
            self._set_starting(starting=True)
            self._services.scope.spawn("run several again", self._start())

    async def _start(self) -> None:
        """Start all tasks or none, as New task does with several."""
        try:
            await self._services.sessions.start_many([task.spec for task in self._able])
        except NoKeyError:
            self.notice.show_text(tr("There is no API key yet. Enter it, then run them again."))
            self.present()
            self._open_key()
        except LedgerError as error:
            why = tr(
                "Nothing was started: the history could not be saved ({reason}).",
                reason=error.reason,
            )
            self.notice.show_text(why)
            self.present()  # it may have been closed meanwhile
        else:
            self._able = []  # asked once, started once
            self.accept()
        finally:
            self._set_starting(starting=False)
            self._follow()

    def _set_starting(self, *, starting: bool) -> None:
        self._is_starting = starting
        for button in (self.run_button, self.cancel_button):
            button.setEnabled(not starting)


def _is_over(task: Task) -> bool:
    return task.status not in AT_WORK and can_run_again(task)
