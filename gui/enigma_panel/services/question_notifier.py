"""A notice of the desktop for each question that comes while no window of ours has the focus."""

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.questions import QuestionKind, is_about_money
from enigma_panel.services.clock import Clock
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import OpenQuestion


class Asked(Struct, frozen=True, kw_only=True):
    """One question. name: of its session, "" when unknown; ends_ms (epoch ms): until when it can be
    answered, where that is known.

    Not the agent's words: a notice may stand on a locked screen.
    """

    name: str
    kind: QuestionKind
    about_money: bool
    ends_ms: int | None


class QuestionNotifier(QObject):
    """Follows the open questions. Make it when the earlier runs' records are loaded: what was asked
    in them is on the recovery card.

    A notice stands until its question is settled or a window of ours gets the focus; one that comes
    while we have it gets none. The setting for what is done does not matter here: an agent that
    asks waits, and costs money.

    opened: a notice was clicked; brings the key of the task that asks and the activation token.
    make_notice: its texts, at that time (epoch ms). has_focus: whether a window of ours is in use.
    """

    opened = Signal(object, str)

    def __init__(
        self,
        store: SessionStore,
        inbox: Inbox,
        notifier: DesktopNotifier,
        *,
        make_notice: Callable[[Asked, int], DesktopNotice],
        redact: Callable[[str], str],
        has_focus: Callable[[], bool],
        clock: Clock,
    ) -> None:
        super().__init__()
        self._store = store
        self._inbox = inbox
        self._notifier = notifier
        self._make_notice = make_notice
        self._redact = redact
        self._has_focus = has_focus
        self._clock = clock
        self._known = set(self._open())
        self._shown: set[tuple[int, int]] = set()
        inbox.changed.connect(self._follow)
        notifier.clicked.connect(self._notify_clicked)

    def follow_focus(self) -> None:
        """The focus went somewhere: if to us, the person looks now and needs no notice."""
        if self._has_focus():
            self._withdraw(self._shown)

    def _open(self) -> dict[tuple[int, int], OpenQuestion]:
        return {(q.task_key, q.question_n): q for q in self._inbox.questions()}

    def _follow(self) -> None:
        questions = self._open()
        self._withdraw(self._shown - questions.keys())
        if not self._has_focus():
            for key in questions.keys() - self._known:
                self._show(key, questions[key])
        self._known = set(questions)

    def _show(self, key: tuple[int, int], question: OpenQuestion) -> None:
        session = self._store.session(question.session_key)
        asked = Asked(
            name=session.name if session is not None else "",
            kind=question.kind,
            about_money=is_about_money(question.text),
            ends_ms=question.expires_ms,
        )
        self._shown.add(key)
        notice = self._make_notice(asked, self._clock.now_ms())
        self._notifier.show(key, notice.redacted(self._redact))

    def _withdraw(self, keys: set[tuple[int, int]]) -> None:
        for key in keys:
            self._notifier.withdraw(key)
        self._shown = self._shown - keys

    def _notify_clicked(self, key: object, token: str) -> None:
        match key:
            case (int(task_key), int()):
                self.opened.emit(task_key, token)
