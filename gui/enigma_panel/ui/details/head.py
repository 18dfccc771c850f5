"""The head of Details: what is shown, its state, and the button of its menu."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import UNOPENED_PHASES, Session, Task
from enigma_panel.services.container import Services
from enigma_panel.ui.details.text import state_note, state_word
from enigma_panel.ui.i18n import Translations, plain_tip, shorten
from enigma_panel.ui.text.pages import live_page_text
from enigma_panel.ui.text.states import special_word
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    make_tool,
    set_role,
)
from enigma_panel.ui.widgets.glyph_label import GlyphLabel

tr = Translations("Details")

TITLE_CHARS = 600
BESIDE = 8
"""Room beside the icon of *More* in its button: what stands below ends where the icon does."""
_ROLES = {Severity.AMBER: "amber", Severity.RED: "red", Severity.DIM: "dim"}


class Head(QWidget):
    """Title and state of the session or task; clock and cost stand in its row.

    live: opens the live page of an open session; more: opens the menu. answer: opens the question
    that the task asks; it moves nothing.
    """

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.title = ElidedLabel("title", lines=3)
        self.live = make_tool(tr("Open live page"))
        self.more = make_tool(tr("More"))
        self.glyph = GlyphLabel(Glyph.RING, Severity.DIM, 16)
        self.state = make_label()
        self.note = ElidedLabel("dim")
        self.answer = make_button(tr("Answer"))
        self.answer.setProperty("small", True)
        self.answer.hide()
        first = make_row(self.title, self.live, self.more, gap=0)
        second = make_row(self.glyph, self.state, self.note, self.answer)
        for row in (first, second):
            row.addStrut(theme.line_height(28))
        second.setContentsMargins(0, 0, BESIDE, 0)
        for row, grows in ((first, 0), (second, 2)):
            row.setStretch(grows, 1)
        for button in (self.live, self.more):
            button.setMinimumHeight(theme.line_height(28))  # centred on the first line
            first.setAlignment(button, Qt.AlignmentFlag.AlignTop)
        self.setLayout(make_column(first, second, gap=0))
        theme.changed().connect(self._tint)
        self._tint()

    def show_records(
        self, session: Session | None, task: Task | None, *, about_session: bool
    ) -> None:
        """Show this session or task. about_session: the session was selected, not the task."""
        is_opened = session is not None and session.phase not in UNOPENED_PHASES
        name = session.name if session is not None and is_opened else tr("New session")
        title = shorten(task.spec.text, TITLE_CHARS) if task and not about_session else name
        if title != self.title.text():
            self.title.show_text(title)
        self.more.setEnabled(is_opened)
        self.show_state(session, task, about_session=about_session)

    def show_state(
        self, session: Session | None, task: Task | None, *, about_session: bool
    ) -> None:
        """Show the state as it is at this moment."""
        link = session.live_page if session is not None else None
        self.live.setVisible(link is not None)
        self.live.setAccessibleDescription(live_page_text(link))
        services = self._services
        special = special_word(services.sessions, task)
        word = state_word(session, task, special, about_session=about_session)
        self.glyph.show_glyph(word.glyph, word.mark)
        self.state.setText(word.word)
        questions = services.inbox.questions()
        self.answer.setVisible(task is not None and any(q.task_key == task.key for q in questions))
        set_role(self.state, _ROLES.get(word.severity, ""))
        is_live = task is not None and task.may_be_at_work
        if about_session and session is not None:
            is_live = session.occupies_slot
        note = self._note(session) if is_live else ""
        if note != self.note.text():
            self.note.show_text(note)
        self.state.setToolTip(plain_tip(word.tip))
        self.state.setAccessibleDescription(word.tip)

    def _note(self, session: Session | None) -> str:
        services = self._services
        pending = services.sessions.pending(session.key) if session is not None else None
        return state_note(pending, services.clock.now_ms(), services.health.unreachable_since_ms)

    def _tint(self) -> None:
        for button, glyph in ((self.live, Glyph.LEAVE), (self.more, Glyph.MORE)):
            button.setIcon(icons.icon(glyph, theme.colours().text, size=16))
