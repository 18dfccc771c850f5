"""The head of Details: the session's name, its state, the task, what is wrong and the ways out."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from enigma_panel.core.models import UNOPENED_PHASES, Session, Task, TaskStatus
from enigma_panel.services.container import Services
from enigma_panel.services.types import QueueEntry
from enigma_panel.ui.details.session_name import SessionName
from enigma_panel.ui.details.text import is_at_work, queued_text, session_summary
from enigma_panel.ui.i18n import Translations, plain_tip
from enigma_panel.ui.text.errors import ErrorText
from enigma_panel.ui.text.problems import NoticeAction, notice_action_label
from enigma_panel.ui.text.states import known_until_ms
from enigma_panel.ui.text.steps import readable
from enigma_panel.ui.text.task import StateSummary, task_summary, trouble_text
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
from enigma_panel.ui.widgets.inputs import ReadingText

tr = Translations("Details")

TEXT_LINES, DOING_LINES = 8, 2
NOTHING = StateSummary("", Severity.DIM)
_ROLES = {Severity.AMBER: "amber", Severity.RED: "red"}
_TROUBLE_ROLES = {
    TaskStatus.FAILED: "red",
    TaskStatus.LOST: "red",
    TaskStatus.UNCONFIRMED: "amber",
}


class Head(QWidget):
    """The head of Details, which composes its parts; takes no room where nothing is selected."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.session_name = SessionName()
        self.status = Status(services)
        self.task_text = ReadingText(TEXT_LINES)
        self.task_text.setAccessibleName(tr("Task"))
        set_role(self.task_text, "reading")
        self.trouble = Trouble(services, next_focus=self.task_text)
        parts = (self.session_name, self.status, self.task_text, self.trouble)
        self.setLayout(make_column(*parts, gap=6))

    def show_records(
        self, session: Session | None, task: Task | None, *, about_session: bool
    ) -> None:
        """Show this session and task. about_session: the session was selected, not the task."""
        self.setVisible(session is not None or task is not None)
        self._show_name(session)
        self.status.show_records(session, task, about_session=about_session)
        self.task_text.show_text(task.spec.text if task is not None else "")
        self.trouble.show_records(session, task)
        self.trouble.show_ways(session, task)

    def _show_name(self, session: Session | None) -> None:
        is_opened = session is not None and session.phase not in UNOPENED_PHASES
        name = session.name if session is not None and is_opened else tr("New session")
        is_named = is_opened or (session is not None and session.is_planned)
        key = session.key if session is not None else None
        self.session_name.show_name(key, name if is_named else "", can_rename=is_opened)


class Status(QWidget):
    """The state of the session or task, and what its agent does now."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._doing_of: int | None = None
        self.state = make_label(wrap=True)
        self.doing = ActivityLabel()
        self.setLayout(make_column(self.state, self.doing, gap=6))

    def show_records(
        self, session: Session | None, task: Task | None, *, about_session: bool
    ) -> None:
        """Show the state as it is at this moment."""
        services = self._services
        now, known = services.clock.now_ms(), services.health.unreachable_since_ms
        line = NOTHING
        missing = services.sessions.is_missing(task)
        if about_session and session is not None:
            pending = services.sessions.pending(session.key)
            line = session_summary(session, task, now, pending, known_ms=known, is_missing=missing)
        elif task is not None:
            line = task_summary(task, session, now, known_ms=known, is_missing=missing)
        show_text(self.state, line.text)
        set_role(self.state, _ROLES.get(line.severity, "dim"))
        self.state.setToolTip(plain_tip(line.tip))
        self.state.setAccessibleDescription(line.tip)
        self.show_doing(session, task)

    def show_doing(self, session: Session | None, task: Task | None) -> None:
        """What the agent does now. Its room stays while it works, so that nothing jumps below."""
        key = session.key if session is not None else None
        works = is_at_work(session, task)
        now = self._services.live.doing(key) if works and key is not None else ""
        self.doing.show_text(readable(now))
        self._doing_of = key if works and (now or self._doing_of == key) else None
        self.doing.setVisible(self._doing_of is not None)


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
        self.ways = {way: _way_button(way) for way in WAYS}
        # Not among the buttons below: one goes when it is pressed, and no other may come there.
        ways = FlowLayout(*self.ways.values())
        self.setLayout(make_column(self.what, self.money, self.todo, ways, gap=6))
        for way, button in self.ways.items():
            button.clicked.connect(lambda _=False, way=way: self._ask_way_out(way))

    def show_records(self, session: Session | None, task: Task | None) -> None:
        """Show what is wrong at this moment."""
        services = self._services
        now = services.clock.now_ms()
        ways = ways_out(session, task, services)
        trouble = trouble_text(session, task, now, ways) if task is not None else None
        entry = services.queue.entry(task.key) if task is not None else None
        role = _TROUBLE_ROLES.get(task.status, "") if task is not None else ""
        if task is not None and known_until_ms(task, session) is not None:
            role = ""
        if task is not None and task.is_doubted:
            role = "amber"
        if entry is not None:
            trouble, role = self._waiting_text(entry, session)
        trouble = trouble or ErrorText("")
        show_text(self.what, trouble.what)
        set_role(self.what, role)
        show_text(self.money, trouble.money)
        show_text(self.todo, trouble.todo)
        self._take_room()

    def show_ways(self, session: Session | None, task: Task | None) -> None:
        """Offer what notice and menu offer, where the outcome of a start is unknown."""
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
        )
        waiting = entry_text(entry, self._services.clock.now_ms(), facts)
        return queued_text(entry, waiting), "amber" if waiting.severity is Severity.AMBER else ""


class ActivityLabel(QLabel):
    """Plain text over two lines, the second one cut; the whole is its tool tip.

    It takes the room of two lines for one as well: what stands below does not jump with each word.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_role(self, "dim")

    def show_text(self, text: str) -> None:
        """Show and speak this text; it is one line of words."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.setToolTip(plain_tip(text))

    def shown_lines(self) -> list[str]:
        """The text as it is broken and cut at this width."""
        room = self.contentsRect().width()
        layout = QTextLayout(self.text(), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        first = layout.createLine()
        if first.isValid():
            first.setLineWidth(room)
        layout.endLayout()
        # Qt counts an emoji as two.
        units = self.text().encode("utf-16-le", "surrogatepass")
        head = units[: first.textLength() * 2] if first.isValid() else b""
        rest = units[len(head) :].decode("utf-16-le", "replace")
        lines = [head.decode("utf-16-le", "replace").rstrip(), rest]
        cut = self.fontMetrics().elidedText(lines[1], Qt.TextElideMode.ElideRight, room)
        return [line for line in (lines[0], cut) if line]

    # -- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() * DOING_LINES)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        rect, height = self.contentsRect(), self.fontMetrics().lineSpacing()
        for number, line in enumerate(self.shown_lines()):
            place = rect.adjusted(0, number * height, 0, 0)
            place.setHeight(height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line)


def _way_button(way: NoticeAction) -> QPushButton:
    """One of the ways out; the second click of two would start a task twice."""
    role = "danger" if way is NoticeAction.TERMINATE else ""
    button = make_button(notice_action_label(way), role)
    button.setToolTip(way_out_tip(way))
    button.setAccessibleDescription(way_out_tip(way))
    take_single_clicks(button)
    return button
