"""The foot of Details: the secrets of the session, and the buttons for the task."""

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QPushButton, QWidget

from enigma_panel.core.models import UNOPENED_PHASES, Session, Task
from enigma_panel.services.account import Account
from enigma_panel.services.container import Services
from enigma_panel.ui.details.parts import DetailsPanel
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.dialects import dialect_name
from enigma_panel.ui.text.live_page import live_page_text
from enigma_panel.ui.text.waiting import (
    QueueAction,
    offered,
    possible,
    queue_action_label,
    queue_action_tip,
)
from enigma_panel.ui.text.ways_out import can_run_again
from enigma_panel.ui.widgets.basics import (
    make_button,
    make_column,
    make_label,
    make_row,
    show_text,
    take_single_clicks,
)
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.pointer_hold import ARM_MS, PointerHold

tr = Translations("Details")

MASK = "••••••••••••"


class SessionLinks(QWidget):
    """The session's id and live page, both secrets, to copy or open; takes no room without one.

    All signals come with the key of the session.
    """

    copy_id_asked = Signal(int)
    open_link_asked = Signal(int)
    copy_link_asked = Signal(int)

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self._key: int | None = None
        self.dialect = make_label(role="dim", wrap=True)
        self.id_head = make_label(tr("Session id"), "dim")
        self.dots = make_label(MASK, "dim")
        self.dots.setAccessibleName(tr("Session id, hidden"))
        self.copy_id = make_button(tr("Copy"), "link")
        self.copy_id.setAccessibleDescription(tr("Copies the session id, which is a secret."))
        self.open_link = make_button(tr("Open live page"), "link")
        self.copy_link = make_button(tr("Copy live page link"), "link")
        self.copy_link.setToolTip(tr("The link shows what the browser shows: keep it secret."))
        id_row = make_row(self.id_head, self.dots, self.copy_id, None, gap=6)
        links = (make_row(self.open_link, None), make_row(self.copy_link, None))
        self.setLayout(make_column(self.dialect, id_row, *links, gap=6))
        for button, signal in (
            (self.copy_id, self.copy_id_asked),
            (self.open_link, self.open_link_asked),
            (self.copy_link, self.copy_link_asked),
        ):
            button.clicked.connect(lambda _=False, signal=signal: signal.emit(self._key))

    def show_session(self, session: Session | None) -> None:
        """Show what this session has."""
        self._key = session.key if session is not None else None
        text = self._dialect_text(session)
        show_text(self.dialect, text)
        has_id = session is not None and session.service_id is not None
        for widget in (self.id_head, self.dots, self.copy_id):
            widget.setVisible(has_id)
        link = session.web_view_url if session is not None and not session.is_ended else None
        for widget in (self.open_link, self.copy_link):
            widget.setVisible(link is not None)
        self.open_link.setToolTip(live_page_text(link))
        self.setVisible(bool(text) or has_id or link is not None)

    def _dialect_text(self, session: Session | None) -> str:
        """Return the session's dialect in words, where it is not the account's."""
        if session is None or session.is_ended or session.phase in UNOPENED_PHASES:
            return ""
        if session.dialect is self._account.dialect:
            return ""
        return tr("Service dialect: {dialect}", dialect=dialect_name(session.dialect))


class TaskButtons(DetailsPanel):
    """What can be done with the task. A start changes that by itself: under the pointer no button
    becomes another, and what came takes no press at first, as *Run again* costs.

    next_focus: where the keyboard goes when the button that has it goes away.
    """

    again_asked = Signal(object)
    edit_asked = Signal(object)
    queue_action_asked = Signal(int, object)

    def __init__(self, services: Services, next_focus: QWidget) -> None:
        super().__init__()
        self._queue = services.queue
        self._next_focus = next_focus
        self._task: Task | None = None
        self._buttons_of: int | None = None
        self._stands: dict[QPushButton, bool] = {}
        self._hold = PointerHold(services.clock.now_ms, self)
        self._arm_timer = QTimer(self, singleShot=True, interval=ARM_MS)
        self.again = make_button(tr("Run again"))
        self.again.setToolTip(tr("Starts the same task at once, in a new session."))
        take_single_clicks(self.again)
        self.edit = make_button(tr("Edit and run again"))
        self.edit.setToolTip(tr("Opens New task with this text and these limits."))
        self.queue_buttons = {verb: make_button(queue_action_label(verb)) for verb in QueueAction}
        buttons = FlowLayout(*self.queue_buttons.values(), self.again, self.edit)
        buttons.setContentsMargins(13, 0, 13, 4)
        self.setLayout(buttons)
        self._connect()

    def show_task(self, task: Task | None) -> None:
        """Show what can be done with this task now."""
        self._task = task
        self._refresh()

    def take_presses(self) -> None:
        """Take presses at once: the person chose what is shown."""
        self._arm_timer.stop()
        self.setEnabled(True)

    def _connect(self) -> None:
        self.again.clicked.connect(lambda: self._with_task(self.again_asked))
        self.edit.clicked.connect(lambda: self._with_task(self.edit_asked))
        for verb, button in self.queue_buttons.items():
            button.setToolTip(queue_action_tip(verb))
            button.setAccessibleDescription(queue_action_tip(verb))
            button.clicked.connect(lambda _=False, verb=verb: self._ask_queue_action(verb))
        self._hold.watch(self)
        self._hold.released.connect(self._refresh)
        self._arm_timer.timeout.connect(self.take_presses)

    def _with_task(self, signal: SignalInstance) -> None:
        if self._task is not None:
            signal.emit(self._task)

    def _ask_queue_action(self, verb: QueueAction) -> None:
        if self._task is not None:
            self.queue_action_asked.emit(self._task.key, verb)

    def _refresh(self) -> None:
        task = self._task
        key = task.key if task is not None else None
        entry = self._queue.entry(key) if key is not None else None
        able, shown = possible(entry), offered(entry)
        is_able = {button: verb in able for verb, button in self.queue_buttons.items()}
        stands = {button: verb in shown for verb, button in self.queue_buttons.items()}
        for button in (self.again, self.edit):
            is_able[button] = stands[button] = task is not None and can_run_again(task)
        for button, can in is_able.items():
            if button.hasFocus() and not can:
                self._leave()
            button.setEnabled(can)
        stays = self._hold.is_held and key == self._buttons_of
        if stands != self._stands and not stays:
            self._replace_buttons(stands)
        self._buttons_of = key

    def _replace_buttons(self, stands: dict[QPushButton, bool]) -> None:
        self._stands = stands
        for button, is_there in stands.items():
            if button.hasFocus():
                self._leave()
            button.setVisible(is_there)
        self.setVisible(any(stands.values()))
        self.setEnabled(False)
        self._arm_timer.start()

    def _leave(self) -> None:
        self._next_focus.setFocus(Qt.FocusReason.OtherFocusReason)  # see MainWindow
