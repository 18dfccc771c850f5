"""The strip in the top bar: the open question that is most urgent, or what the queue needs."""

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from enigma_panel.services.container import Services
from enigma_panel.services.types import OpenQuestion, QuestionId
from enigma_panel.ui.i18n import Translations, plain_tip, shorten
from enigma_panel.ui.text.questions import NAME_LIMIT, asked_line, asked_short
from enigma_panel.ui.text.states import countdown
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_label,
    make_row,
    set_role,
    show_text,
)
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.pointer_hold import ARM_MS

tr = Translations("Questions")

WIDTH, HEIGHT = 496, 36
GAP, LEFT, RIGHT = 8, 12, 4
SHORT_WORDS = 108
"""The room from which a part of what is asked stands beside who asks."""


class Need(Struct, frozen=True):
    """What the queue waits for: words, and a button that may be missing."""

    text: str
    label: str
    act: Callable[[], object] | None


class QuestionStrip(QFrame):
    """The open question with the least time left that is not in sight, else what the queue needs.

    Hidden it keeps its place in the top bar, so that nothing ever moves. With little room it says
    what is asked for in short, then not who asks, then not '1 of 3'; then the last words stay.
    answer: the key of the task whose question is to be opened.
    """

    answer = Signal(int)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._question: OpenQuestion | None = None
        self._in_sight: QuestionId | None = None
        self._is_covered = False
        self._sentence = self._short = ""
        self._need: Need | None = None
        self._need_since_ms = 0
        self._glyph = GlyphLabel(Glyph.NEEDS_YOU, Severity.AMBER, 16)
        self._who = ElidedLabel("figure", mode=Qt.TextElideMode.ElideMiddle)
        self._what = ElidedLabel()
        self._count = make_label(role="dim")
        self._left = make_label(role="amber")
        self._button = make_button(tr("Answer"))
        self._build()
        self.refresh()

    def refresh(self) -> None:
        in_sight = None if self._is_covered else self._in_sight
        questions = [q for q in self._services.inbox.questions() if q.id != in_sight]
        questions.sort(key=lambda q: self._services.inbox.is_sending(q.task_key))  # needs nobody
        had, self._question = self._question, questions[0] if questions else None
        if self._question is not None:
            self._show_question(self._question, len(questions))
        elif self._need is not None:
            if had is not None:
                self._need_since_ms = self._services.clock.now_ms()
            self._show("", self._need.text, Glyph.BANG, self._need.label)
            self._button.setVisible(self._need.act is not None)
        self.setAccessibleName(tr("Open question") if self._question is not None else "")
        self.setVisible(self._question is not None or self._need is not None)
        self.updateGeometry()  # its place is kept, so Qt looks for no other width by itself
        self._fit()

    def tick(self) -> None:
        if self._question is not None:
            self._show_left(self._question)

    def set_in_sight(self, question: QuestionId | None) -> None:
        """Leave out the question that is shown elsewhere in the window; None: none is."""
        if question != self._in_sight:
            self._in_sight = question
            self.refresh()

    def set_covered(self, is_covered: bool) -> None:
        """Show that one as well while a sheet stands before it."""
        if is_covered != self._is_covered:
            self._is_covered = is_covered
            self.refresh()

    def show_need(self, text: str, label: str, act: Callable[[], object] | None) -> None:
        """Show what the queue waits for while no question is shown, and how it goes on; no words:
        it waits for nothing."""
        need = Need(text, label, act) if text else None
        is_other = need is None or self._need is None or need.label != self._need.label
        self._need = need
        if is_other:
            self._need_since_ms = self._services.clock.now_ms()
        self.refresh()

    def _build(self) -> None:
        set_role(self, "strip")
        self._who.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        for label in (self._who, self._what):
            label.setMinimumWidth(1)  # time and button are never cut
        self._left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._left.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        parts = (self._glyph, self._who, self._what, self._count, self._left, self._button)
        row = make_row(*parts, gap=GAP)
        row.setStretch(2, 1)
        row.setContentsMargins(LEFT, 0, RIGHT, 0)
        self.setLayout(row)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.setMaximumWidth(theme.scaled(WIDTH))
        self._button.clicked.connect(self._press)
        self._services.inbox.waiting_changed.connect(self.refresh)

    def _press(self) -> None:
        """Open the question, or do what is needed; not where that took the place of *Answer* a
        moment ago: it may start what costs money."""
        stood_ms = self._services.clock.now_ms() - self._need_since_ms
        if self._question is not None:
            self.answer.emit(self._question.task_key)
        elif self._need is not None and self._need.act is not None and stood_ms >= ARM_MS:
            self._need.act()

    def _show_question(self, question: OpenQuestion, total: int) -> None:
        session = self._services.sessions.session(question.session_key)
        name = shorten(session.name, NAME_LIMIT) if session is not None else tr("A session")
        text = asked_line(name, question.text)
        who = name if text.startswith(name) else ""
        if self._services.inbox.is_sending(question.task_key):
            self._show(name, tr("Your answer is being sent"), Glyph.NEEDS_YOU, tr("Show"))
        else:
            self._show(who, text[len(who) :].lstrip(), Glyph.NEEDS_YOU, tr("Answer"))
            self._short = asked_short(question.text) or self._sentence
        self._count.setText(tr("1 of {n}", n=total) if total > 1 and not self._in_sight else "")
        self._show_left(question)

    def _show(self, who: str, what: str, glyph: Glyph, label: str) -> None:
        self._glyph.show_glyph(glyph, Severity.AMBER)
        self._who.show_text(who)
        self._sentence = self._short = what
        words = f"{who} {what}".strip()
        self.setToolTip(plain_tip(words))
        self._button.setAccessibleDescription(words)
        self._button.setText(label)
        self._button.setAccessibleName(label)
        self._button.show()
        for part in (self._count, self._left):
            show_text(part, "")

    def _show_left(self, question: OpenQuestion) -> None:
        if question.expires_ms is not None:
            time = countdown(question.expires_ms, self._services.clock.now_ms())
            show_text(self._left, time)
            self._left.setAccessibleName(tr("{time} left", time=time))

    def _fixed_width(self) -> int:
        parts = (self._glyph, self._left, self._button)
        return LEFT + RIGHT - GAP + sum(_width(part) for part in parts if not part.isHidden())

    def _who_width(self) -> int:
        return _width(self._who) if self._who.text() else 0

    def _what_width(self, words: str) -> int:
        """Return the room for these words, of which the agent's own may be cut."""
        width = self._what.fontMetrics().horizontalAdvance(words) + GAP + 1
        return min(width, theme.scaled(SHORT_WORDS)) if "“" in words else width

    def _last_words(self, room: int) -> str:
        """Return what has room of what is asked for. No word is cut: an amount would be another."""
        if self._question is None:
            return self._sentence
        words = self._short.split(" ")
        ends = (" ".join(words[n:]) for n in range(len(words)))
        return next((end for end in ends if self._what_width(end) <= room), "")

    # -- Qt ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(WIDTH), theme.line_height(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return no width while hidden: then the money may need it."""
        least = super().minimumSizeHint()
        return least if self.isVisible() else QSize(0, least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room, who = self.contentsRect().width() - self._fixed_width(), self._who_width()
        count = _width(self._count) if self._count.text() else 0
        has_who = bool(who)
        ways = (has_who, self._sentence), (has_who, self._short), (False, self._short)
        for has_who, what in ways:
            if count + who * has_who + self._what_width(what) <= room:
                break
        else:
            count, what = 0, self._last_words(room)
            has_who = bool(who) and not what
        self._who.setVisible(has_who)
        self._what.show_text(what)
        self._what.setVisible(bool(what))
        self._count.setVisible(count > 0)


def _width(part: QWidget) -> int:
    return max(part.sizeHint().width(), part.minimumWidth()) + GAP
