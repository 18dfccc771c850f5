"""A quiet notice of the desktop that tasks have ended while no window of ours had the focus."""

from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import Clock
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff

LEAST_MS = 20_000
"""Shortest task worth a notice, in ms: after a shorter one the person is probably still there."""
COLLECT_MS = 10_000
"""How long results are collected into one notice, in ms, from the first."""

NOTICE = "done"
"""The key of the notice; there is one at a time."""

_REPORTED = frozenset({TaskStatus.DONE, TaskStatus.FAILED})
_NOT_AWAITED = frozenset({TaskStatus.UNCONFIRMED, TaskStatus.LOST})
"""Tasks that may never end."""


class Ended(Struct, frozen=True, kw_only=True):
    """One result. name: of its session, "" when unknown; cost in dollars, None when unknown.

    Neither the task's text nor its result: a notice may stand on a locked screen.
    """

    name: str
    failed: bool
    took_ms: int
    cost: Decimal | None


class DoneNews(Struct, frozen=True, kw_only=True):
    """What there is to say. left: how many tasks have not ended, queued or at work."""

    results: tuple[Ended, ...]
    left: int


class DoneNotifier(QObject):
    """Follows the records and shows the notice. Make it when the earlier runs' records are loaded.

    Shown is what ended in this run, done or failed, after more than LEAST_MS. What ends within
    COLLECT_MS is one notice; a later one takes its place and counts all results since the person
    last looked. The notice is withdrawn when a window of ours gets the focus or its results were
    seen. The notifier marks no result as seen.

    opened: the notice was clicked; brings the key of the result to show and the activation token.
    make_notice: the texts for the news. has_focus: whether a window of ours is in use now;
    is_wanted: the setting; both are asked at the moment of showing.
    """

    opened = Signal(object, str)

    def __init__(
        self,
        store: SessionStore,
        notifier: DesktopNotifier,
        *,
        make_notice: Callable[[DoneNews], DesktopNotice],
        redact: Callable[[str], str],
        has_focus: Callable[[], bool],
        is_wanted: Callable[[], bool],
        clock: Clock,
        scope: TaskScope,
    ) -> None:
        super().__init__()
        self._store = store
        self._notifier = notifier
        self._make_notice = make_notice
        self._redact = redact
        self._has_focus = has_focus
        self._is_wanted = is_wanted
        self._clock = clock
        self._scope = scope
        self._open = {task.key for task in store.tasks() if not task.is_final}
        self._unseen: set[int] = set()
        self._due_ms: int | None = None
        self._shown: frozenset[int] = frozenset()
        store.changed.connect(self._follow)
        notifier.clicked.connect(self._notify_clicked)

    def follow_focus(self) -> None:
        """The focus went somewhere: if to us, the person looks now and needs no notice."""
        if self._has_focus():
            self._forget()

    def _forget(self) -> None:
        self._unseen.clear()
        self._due_ms = None
        self._notifier.withdraw(NOTICE)

    def _follow(self, diff: Diff) -> None:
        if not diff.tasks and not diff.deleted:
            return
        had_some = bool(self._unseen)
        self._unseen -= diff.deleted
        for task in map(self._store.task, diff.tasks):
            if task is not None:
                self._take(task)
        if had_some and not self._unseen:
            self._forget()
        if self._due_ms is not None:
            self._scope.spawn("done notice", self._show_when_due(), exclusive=True)

    def _take(self, task: Task) -> None:
        if not task.is_final:
            self._open.add(task.key)
        elif task.key in self._open and task.status is not TaskStatus.LOST:
            # It has ended just now; of a lost one the result may still come.
            self._open.discard(task.key)
            if _is_news(task):
                self._unseen.add(task.key)
                self._due_ms = self._due_ms or self._clock.now_ms() + COLLECT_MS
        elif not task.is_new:
            self._unseen.discard(task.key)

    async def _show_when_due(self) -> None:
        while (due_ms := self._due_ms) is not None:
            await self._clock.sleep_until(due_ms)
            if self._due_ms == due_ms:  # else somebody looked meanwhile
                self._due_ms = None
                self._show()

    def _show(self) -> None:
        if self._has_focus() or not self._is_wanted():
            self._forget()
            return
        self._shown = frozenset(self._unseen)
        notice = self._make_notice(self._news())
        self._notifier.show(NOTICE, notice.redacted(self._redact))

    def _news(self) -> DoneNews:
        tasks = [task for task in map(self._store.task, sorted(self._unseen)) if task is not None]
        left = [task for task in map(self._store.task, self._open) if task is not None]
        return DoneNews(
            results=tuple(map(self._ended, tasks)),
            left=sum(task.status not in _NOT_AWAITED for task in left),
        )

    def _ended(self, task: Task) -> Ended:
        session = self._store.session(task.session_key)
        return Ended(
            name=session.name if session is not None else "",
            failed=task.status is TaskStatus.FAILED,
            took_ms=_took_ms(task),
            cost=task.cost,
        )

    def _notify_clicked(self, key: object, token: str) -> None:
        """Open the newest result that is still new."""
        if key != NOTICE:
            return
        tasks = [task for task in map(self._store.task, self._shown) if task is not None]
        keys = [task.key for task in tasks if task.is_new] or [task.key for task in tasks]
        if keys:
            self.opened.emit(max(keys), token)


def _is_news(task: Task) -> bool:
    return task.status in _REPORTED and task.is_new and _took_ms(task) > LEAST_MS


def _took_ms(task: Task) -> int:
    begun_ms = task.sent_ms or task.created_ms
    return (task.ended_ms or begun_ms) - begun_ms
