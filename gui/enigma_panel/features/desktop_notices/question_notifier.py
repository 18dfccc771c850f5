"""The desktop's notice of questions that nobody has looked at."""

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.questions.kinds import QuestionKind, is_about_money
from enigma_panel.features.desktop_notices.settings import NoticeSettings
from enigma_panel.services.clock import Clock
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.questions.urgency import Urgency
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import OpenQuestion, QuestionId

NOTICE = "questions"
"""The key of the notice; there is one at a time."""


class Asked(Struct, frozen=True, kw_only=True):
    """One question. name: of its session, "" when unknown; ends_ms: when it can no longer be
    answered (epoch ms). None of the agent's words: a locked screen may show them."""

    name: str
    kind: QuestionKind
    about_money: bool
    ends_ms: int | None


class AskedNews(Struct, frozen=True, kw_only=True):
    """What the notice says of questions, the most urgent first; is_urgent: in its last minute."""

    questions: tuple[Asked, ...]
    is_urgent: bool = False
    is_heard: bool = False


class QuestionNotifier(QObject):
    """Shows one notice of all questions that were learnt, or came to their last minute, since the
    person last looked.

    opened: the notice was clicked; brings the key of the task that asks, None where none of its
    questions is open any more, and the activation token. make_notice: its texts, at that time
    (epoch ms). has_focus: whether a window of ours is in use: then the person looks, and needs
    none.
    """

    opened = Signal(object, str)

    def __init__(
        self,
        store: SessionStore,
        inbox: Inbox,
        urgency: Urgency,
        notifier: DesktopNotifier,
        *,
        settings: SettingsBook,
        make_notice: Callable[[AskedNews, int], DesktopNotice],
        redact: Callable[[str], str],
        has_focus: Callable[[], bool],
        clock: Clock,
    ) -> None:
        super().__init__()
        self._store = store
        self._inbox = inbox
        self._urgency = urgency
        self._notifier = notifier
        self._settings = settings
        self._make_notice = make_notice
        self._redact = redact
        self._has_focus = has_focus
        self._clock = clock
        # Both tell by a question's id whether it was in its last minute.
        self._seen: dict[QuestionId, bool] = {}
        self._shown: dict[QuestionId, bool] = {}
        self._clickable: list[QuestionId] = []  # a click may come after the notice has gone
        urgency.changed.connect(self.refresh)
        settings.changed.connect(self.refresh)
        notifier.clicked.connect(self._notify_clicked)
        self.refresh()

    def follow_focus(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Show, change or take down the notice."""
        levels = {q.id: self._urgency.is_last_minute(q) for q in self._inbox.questions()}
        if self._has_focus():
            self._seen = levels
        is_on = self._settings.section(NoticeSettings).notify_questions
        due = [q for q in self._inbox.questions() if is_on and self._is_due(q, levels[q.id])]
        before, self._shown = self._shown, {q.id: levels[q.id] for q in due}
        if before and not due:
            self._notifier.withdraw(NOTICE)
        elif list(before.items()) != list(self._shown.items()):
            self._show(due, is_heard=not self._shown.items() <= before.items())

    def _is_due(self, question: OpenQuestion, is_last: bool) -> bool:
        is_new = question.id not in self._seen or is_last > self._seen[question.id]
        return is_new and self._urgency.is_wanted(question)

    def _show(self, due: list[OpenQuestion], *, is_heard: bool) -> None:
        self._clickable = [question.id for question in due]
        news = AskedNews(
            questions=tuple(map(self._asked, due)),
            is_urgent=self._shown[due[0].id],
            is_heard=is_heard,
        )
        notice = self._make_notice(news, self._clock.now_ms())
        self._notifier.show(NOTICE, notice.redacted(self._redact))

    def _asked(self, question: OpenQuestion) -> Asked:
        session = self._store.session(question.session_key)
        return Asked(
            name=session.name if session is not None else "",
            kind=question.kind,
            about_money=is_about_money(question.text),
            ends_ms=question.expires_ms,
        )

    def _notify_clicked(self, key: object, token: str) -> None:
        if key == NOTICE:
            open_now = [question.id for question in self._inbox.questions()]
            found = next((one for one in open_now if one in self._clickable), None)
            self.opened.emit(found[0] if found is not None else None, token)
