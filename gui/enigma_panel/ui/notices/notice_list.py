"""All current notices, sorted by what they mean for the money."""

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.ui.text.problems import Notice, NoticeAction, NoticeRank

MOST_NOTICES = 20
"""How many notices are kept that are not about money; of the others none is left out."""
FADE_MS = 20_000
"""How long a small notice is shown; then it stands in the list alone."""


class Entry(Struct, frozen=True):
    """A notice and when it came."""

    notice: Notice
    since_ms: int


class NoticeList(QObject):
    """All current notices. The first is the latest of the highest rank; like ones stand together.

    changed: one came, went or faded. chosen: a notice and the NoticeAction that the person took.
    dismissed: one that the person closed. Each has left by then and may be added again.
    """

    changed = Signal()
    chosen = Signal(object, object)
    dismissed = Signal(object)

    def __init__(self, now_ms: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self._entries: list[Entry] = []
        self._n_faded = 0

    def add(self, notice: Notice) -> None:
        """Add a notice; it replaces the one with its topic.

        A small one that comes again and again fades all the same.
        """
        same = next((old for old in self._entries if _is_same(old.notice, notice)), None)
        is_small = notice.rank is NoticeRank.SMALL
        since = same.since_ms if same is not None and is_small else self._now_ms()
        self._entries = [old for old in self._entries if old is not same]
        self._entries.append(Entry(notice, since))
        self._arrange()
        self.changed.emit()

    def drop(self, notice: Notice) -> None:
        """Remove a notice that is no longer true."""
        self.drop_where(lambda old: old == notice)

    def drop_where(self, is_over: Callable[[Notice], bool]) -> None:
        """Remove all notices that are no longer true."""
        left = [old for old in self._entries if not is_over(old.notice)]
        if len(left) != len(self._entries):
            self._entries = left
            self.changed.emit()

    def refresh(self) -> None:
        """Let small notices fade as time goes by."""
        n_faded = len(self._entries) - len(self._shown())
        if n_faded != self._n_faded:
            self._n_faded = n_faded
            self.changed.emit()

    def choose(self, notice: Notice, action: NoticeAction) -> None:
        """Take an action of a notice, unless the notice is over meanwhile."""
        if self._take(notice):
            self.chosen.emit(notice, action)  # which may add it again
        self.changed.emit()

    def dismiss(self, notice: Notice) -> None:
        """Remove a notice that the person has read."""
        if self._take(notice):
            self.dismissed.emit(notice)
        self.changed.emit()

    def notices(self) -> list[Notice]:
        """Return all notices, the first one first."""
        return [entry.notice for entry in reversed(self._entries)]

    def first(self) -> Notice | None:
        """Return the notice to show; small ones are shown for a while only."""
        shown = self._shown()
        return shown[-1].notice if shown else None

    def _shown(self) -> list[Entry]:
        faded = self._now_ms() - FADE_MS
        return [e for e in self._entries if e.notice.rank > NoticeRank.SMALL or e.since_ms > faded]

    def _take(self, notice: Notice) -> bool:
        left = [old for old in self._entries if old.notice != notice]
        was_there = len(left) < len(self._entries)
        self._entries = left
        return was_there

    def _arrange(self) -> None:
        """Sort by rank, then by the latest of each kind, and drop the oldest plain ones."""
        newest = {kind_of(entry.notice): n for n, entry in enumerate(self._entries)}
        self._entries.sort(key=lambda e: (e.notice.rank, newest[kind_of(e.notice)]))
        n_plain = sum(entry.notice.rank <= NoticeRank.PLAIN for entry in self._entries)
        del self._entries[: max(0, n_plain - MOST_NOTICES)]


def kind_of(notice: Notice) -> str:
    """Return what like notices have in common."""
    if notice.notice is not None:
        return notice.notice.kind.value
    return notice.topic or notice.text


def _is_same(old: Notice, new: Notice) -> bool:
    if old.topic or new.topic:
        return old.topic == new.topic
    return _said(old) == _said(new)


def _said(notice: Notice) -> tuple[object, ...]:
    """Return all of a notice but its time: a repeated one stands once."""
    return notice.text, notice.actions, notice.session_key, notice.task_key
