"""Says to a screen reader what happens, in our words, none of the agent's."""

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.questions.kinds import is_about_money
from enigma_panel.services.container import Services
from enigma_panel.services.types import Diff, NoticeKind, OpenQuestion, PauseReason, ServiceNotice
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.questions import NAME_LIMIT, asked_title
from enigma_panel.ui.text.waiting import pause_text
from enigma_panel.ui.widgets.debounce import Debounce

tr = Translations("Announcements")

ENDS_MS = 1_000
"""How long ends are collected into one announcement."""

_SAID = frozenset({TaskStatus.DONE, TaskStatus.FAILED})
_CALM = frozenset({PauseReason.NONE, PauseReason.RESTARTED})
"""Reasons that are no refusal; what an earlier run left stands in the top bar."""


def announce(window: QWidget, text: str, *, urgent: bool = False) -> None:
    """Have a screen reader say a text, where there is one; an urgent one interrupts it."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # noqa: PLC0415 - costs 5 ms

    event = QAccessibleAnnouncementEvent(window, text)
    if urgent:
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
    QAccessible.updateAccessibility(event)


class Announcements(QObject):
    """Follows the services and says each thing once; made before the earlier runs' records."""

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._open: set[int] = set()
        self._ends: dict[int, TaskStatus] = {}
        self._asked: set[tuple[int, int]] = set()
        self._pause_reason = services.queue.pause_reason
        self._is_lost = services.health.unreachable_since_ms is not None
        self._say_ends_debounce = Debounce(self, self._say_ends, ENDS_MS)
        self._connect()

    def _connect(self) -> None:
        services = self._services
        services.sessions.changed.connect(self._follow_tasks)
        services.sessions.said.connect(self._follow_notice)
        services.inbox.changed.connect(self._follow_inbox)
        services.queue.changed.connect(self._follow_queue)
        services.health.changed.connect(self._follow_health)

    # -- ends --------------------------------------------------------------------------------

    def _follow_tasks(self, diff: Diff) -> None:
        for task in map(self._services.sessions.task, diff.tasks):
            if task is not None:
                self._take(task)

    def _take(self, task: Task) -> None:
        if not task.is_final:
            self._open.add(task.key)
        elif task.key in self._open and task.status is not TaskStatus.LOST:
            # The result of a lost task may still come.
            self._open.discard(task.key)
            if task.status in _SAID:
                self._ends[task.key] = task.status
                self._say_ends_debounce.trigger()

    def _say_ends(self) -> None:
        if not self._ends:
            return
        task = self._services.sessions.task(next(iter(self._ends)))
        session = self._session(task.session_key) if task is not None else None
        announce(self._window, ends_text(list(self._ends.values()), session))
        self._ends.clear()

    # -- all else ----------------------------------------------------------------------------

    def _follow_notice(self, notice: ServiceNotice) -> None:
        """Follow a notice: a toast says that a start was refused, so its end is not said again."""
        if notice.kind is NoticeKind.START_REFUSED and notice.task_key is not None:
            self._open.discard(notice.task_key)
            self._ends.pop(notice.task_key, None)

    def _follow_inbox(self) -> None:
        questions = {(q.task_key, q.question_n): q for q in self._services.inbox.questions()}
        new = [q for key, q in questions.items() if key not in self._asked]
        self._asked = set(questions)
        if new:
            text = questions_text(new, self._session(new[0].session_key))
            announce(self._window, text, urgent=True)

    def _follow_queue(self) -> None:
        reason = self._services.queue.pause_reason
        if reason is not self._pause_reason and reason not in _CALM:
            announce(self._window, tr("{why}. Tasks stay queued.", why=pause_text(reason)))
        self._pause_reason = reason

    def _follow_health(self) -> None:
        is_lost = self._services.health.unreachable_since_ms is not None
        if is_lost is not self._is_lost:
            self._is_lost = is_lost
            lost, back = tr("Service not reachable"), tr("Service reachable again")
            announce(self._window, lost if is_lost else back, urgent=is_lost)

    def _session(self, key: int | None) -> Session | None:
        return self._services.sessions.session(key) if key is not None else None


def questions_text(questions: Sequence[OpenQuestion], session: Session | None) -> str:
    """Return who asks for what, or of several how many. session: of the first."""
    first = questions[0]
    if len(questions) > 1:
        return tr.plural("1 session needs you", "{n} sessions need you", len(questions))
    about_money = is_about_money(first.text)
    return asked_title(session.name if session else "", first.kind, about_money=about_money)


def ends_text(ends: Sequence[TaskStatus], session: Session | None) -> str:
    """Return how one task ended, or of several how many did. session: of the first."""
    failed = ends.count(TaskStatus.FAILED)
    if len(ends) == 1:
        name = shorten(session.name if session else "", NAME_LIMIT) or tr("a task")
        return tr("Failed: {name}", name=name) if failed else tr("Done: {name}", name=name)
    text = tr.plural("1 task ended", "{n} tasks ended", len(ends))
    if not failed:
        return text
    return tr("{words}, {failed} of them failed", words=text, failed=failed)
