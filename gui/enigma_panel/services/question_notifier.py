"""Notices of the desktop for questions that nobody of ours looks at; see core.escalation."""

import asyncio
from collections.abc import Callable, Hashable

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.escalation import DueNotice, Level, notices_due
from enigma_panel.core.questions import QuestionKind, is_about_money
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import FAR_MS, Clock
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier, Sound
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.questions.reminders import Reminders
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import OpenQuestion, QuestionId


class Asked(Struct, frozen=True, kw_only=True):
    """One question. name: of its session, "" when unknown; ends_ms (epoch ms): until when it can be
    answered, where that is known; words: the agent's, "" unless the person wants them there: a
    notice may stand on a locked screen.
    """

    name: str
    kind: QuestionKind
    about_money: bool
    ends_ms: int | None
    words: str = ""


class AskedNews(Struct, frozen=True, kw_only=True):
    """What there is to say: questions, least time left first, and how urgent they are."""

    questions: tuple[Asked, ...]
    level: Level
    sound: Sound


class QuestionNotifier(QObject):
    """Shows the notices that are due and takes down those that are not.

    opened: a notice was clicked; brings the key of the task that asks, None where none of its
    questions is open any more, and the activation token. make_notice: its texts, at that time
    (epoch ms). has_focus: whether a window of ours is in use: then the person looks, and needs
    none.
    """

    opened = Signal(object, str)

    def __init__(
        self,
        store: SessionStore,
        inbox: Inbox,
        reminders: Reminders,
        notifier: DesktopNotifier,
        *,
        settings: SettingsBook,
        make_notice: Callable[[AskedNews, int], DesktopNotice],
        redact: Callable[[str], str],
        has_focus: Callable[[], bool],
        clock: Clock,
        scope: TaskScope,
    ) -> None:
        super().__init__()
        self._store = store
        self._inbox = inbox
        self._reminders = reminders
        self._notifier = notifier
        self._settings = settings
        self._make_notice = make_notice
        self._redact = redact
        self._has_focus = has_focus
        self._clock = clock
        self._scope = scope
        self._seen_ms = -1
        self._shown: dict[Hashable, DueNotice] = {}
        self._told: dict[Hashable, DueNotice] = {}  # a click may come after its end
        self._changed = asyncio.Event()
        self._next_ms: int | None = None
        reminders.changed.connect(self.refresh)
        notifier.clicked.connect(self._notify_clicked)
        self.refresh()

    def follow_focus(self) -> None:
        """The focus went somewhere."""
        self.refresh()

    def refresh(self) -> None:
        """Show what is due now."""
        now = self._clock.now_ms()
        if self._has_focus():
            self._seen_ms = now
        due: list[DueNotice] = []
        self._next_ms = None
        if self._settings.value.notify_questions:
            attention = self._reminders.attention(self._seen_ms)
            waiting, learnt = self._reminders.waiting(), self._reminders.learnt
            due, self._next_ms = notices_due(waiting, learnt, now, attention)
        for key in self._shown.keys() - {one.key for one in due}:
            del self._shown[key]
            self._notifier.withdraw(key)
        for one in due:
            self._show(one, now)
        self._changed.set()
        if self._next_ms is not None:
            self._scope.spawn("question notices", self._watch(), exclusive=True)

    async def _watch(self) -> None:
        """Time alone may change what is due."""
        while self._next_ms is not None:
            self._changed.clear()
            due_ms = min(self._next_ms, self._clock.now_ms() + FAR_MS)
            await self._clock.wait(self._changed, due_ms)
            if not self._changed.is_set():
                self.refresh()

    def _show(self, one: DueNotice, now_ms: int) -> None:
        before = self._shown.get(one.key)
        if before == one:
            return
        questions = {question.id: question for question in self._inbox.questions()}
        asked = [self._asked(questions[key]) for key in one.questions if key in questions]
        self._shown[one.key] = self._told[one.key] = one
        news = AskedNews(questions=tuple(asked), level=one.level, sound=self._sound(one, before))
        notice = self._make_notice(news, now_ms)
        self._notifier.show(one.key, notice.redacted(self._redact))

    def _sound(self, one: DueNotice, before: DueNotice | None) -> Sound:
        """Heard is the first of a notice, its half time, and each last call."""
        is_higher = before is None or one.level > before.level
        if before is not None and one.level is Level.LAST_CALL:
            is_higher = bool(one.last_calls - before.last_calls)
        if not is_higher:
            return Sound.NONE
        if one.level is Level.ASKED:
            return Sound.USUAL
        return Sound.ALERT if self._settings.value.question_sound else Sound.NONE

    def _asked(self, question: OpenQuestion) -> Asked:
        session = self._store.session(question.session_key)
        wants_words = self._settings.value.notify_words
        return Asked(
            name=session.name if session is not None else "",
            kind=question.kind,
            about_money=is_about_money(question.text),
            ends_ms=question.expires_ms,
            words=question.text if wants_words else "",
        )

    def _notify_clicked(self, key: object, token: str) -> None:
        """To the most urgent of its questions."""
        told = self._told.get(key)
        if told is None:
            return
        open_now = {question.id for question in self._inbox.questions()}
        found: list[QuestionId] = [key for key in told.questions if key in open_now]
        self.opened.emit(found[0][0] if found else None, token)
