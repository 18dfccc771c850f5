"""What is wrong with a task or what it waits for, and the ways out of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.services.container import Services
from enigma_panel.services.types import QueueEntry
from enigma_panel.ui.details.text import queued_text
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.errors import ErrorText
from enigma_panel.ui.text.problems import NoticeAction, notice_action_label
from enigma_panel.ui.text.states import known_until_ms
from enigma_panel.ui.text.task import trouble_text
from enigma_panel.ui.text.waiting import QueueContext, entry_text
from enigma_panel.ui.text.ways_out import WAYS, way_out_label, way_out_tip, ways_out
from enigma_panel.ui.theme.palette import Severity
from enigma_panel.ui.widgets.basics import (
    make_button,
    make_column,
    make_label,
    set_role,
    show_text,
    take_single_clicks,
)
from enigma_panel.ui.widgets.flow_layout import FlowLayout

tr = Translations("Details")

_ROLES = {TaskStatus.FAILED: "red", TaskStatus.UNCONFIRMED: "amber"}


class Trouble(QWidget):
    """What is wrong with a task or what it waits for, what that costs, and the ways out of it.

    way_out_asked: with the way, the key of the session and the task. next_focus: where the
    keyboard goes when the button that has it goes away.
    """

    way_out_asked = Signal(object, object, object)

    def __init__(self, services: Services, next_focus: QWidget) -> None:
        super().__init__()
        self._services = services
        self._next_focus = next_focus
        self._session_key: int | None = None
        self._task: Task | None = None
        self.what = make_label(wrap=True)
        self.money = make_label(wrap=True)
        self.todo = make_label(wrap=True)
        for label in (self.what, self.todo):
            label.setMinimumWidth(1)  # else the longest word of others decides how wide all is
        # Terminate stands among the verbs.
        ways = (way for way in WAYS if way is not NoticeAction.TERMINATE)
        self.ways = {way: _way_button(way) for way in ways}
        self.setLayout(
            make_column(self.what, self.money, self.todo, FlowLayout(*self.ways.values()), gap=4)
        )
        for way, button in self.ways.items():
            button.clicked.connect(lambda _=False, way=way: self._ask_way_out(way))

    def show_records(self, session: Session | None, task: Task | None) -> None:
        """Show what is wrong at this moment."""
        services = self._services
        now = services.clock.now_ms()
        ways = ways_out(session, task, services)
        trouble = trouble_text(session, task, now, ways) if task is not None else None
        entry = services.queue.entry(task.key) if task is not None else None
        role = _ROLES.get(task.status, "") if task is not None else ""
        if task is not None and known_until_ms(task, session) is not None:
            role = ""
        if entry is not None:
            trouble, role = self._waiting_text(entry, session)
        trouble = trouble or ErrorText("")
        show_text(self.what, trouble.what)
        set_role(self.what, role)
        show_text(self.money, trouble.money)
        show_text(self.todo, trouble.todo)
        self._take_room()

    def show_ways(self, session: Session | None, task: Task | None) -> None:
        """Offer what the notice and menu offer, where the outcome of a start is unknown."""
        self._session_key, self._task = session.key if session is not None else None, task
        offered = ways_out(session, task, self._services)
        for way, button in self.ways.items():
            if way in offered:
                button.setText(way_out_label(way, session, task, self._services))
                button.setAccessibleName(button.text())
            elif button.hasFocus():
                self._next_focus.setFocus(Qt.FocusReason.OtherFocusReason)  # see MainWindow
            button.setVisible(way in offered)
        self._take_room()

    def _take_room(self) -> None:
        parts = (self.what, self.money, self.todo, *self.ways.values())
        self.setVisible(any(not part.isHidden() for part in parts))

    def _ask_way_out(self, way: NoticeAction) -> None:
        self.way_out_asked.emit(way, self._session_key, self._task)

    def _waiting_text(self, entry: QueueEntry, session: Session | None) -> tuple[ErrorText, str]:
        queue = self._services.queue
        facts = QueueContext(
            pause_reason=queue.pause_reason,
            limit=queue.limit,
            session=session.name if session is not None else "",
            is_offline=self._services.health.unreachable_since_ms is not None,
            is_long=True,
        )
        waiting = entry_text(entry, self._services.clock.now_ms(), facts)
        return queued_text(entry, waiting), "amber" if waiting.severity is Severity.AMBER else ""


def _way_button(way: NoticeAction) -> QPushButton:
    """One of the ways out; the second click of two would start a task twice."""
    button = make_button(notice_action_label(way))
    button.setToolTip(way_out_tip(way))
    button.setAccessibleDescription(way_out_tip(way))
    take_single_clicks(button)
    return button
