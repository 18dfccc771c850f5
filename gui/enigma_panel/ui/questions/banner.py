"""The banner above the tables while an agent asks."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QWidget

from enigma_panel.services.container import Services
from enigma_panel.services.types import OpenQuestion
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.states import duration
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import ElidedLabel, make_button, make_label, make_row, set_role
from enigma_panel.ui.widgets.glyph_label import GlyphLabel

tr = Translations("Questions")


class QuestionBanner(QFrame):
    """The most urgent open question in one line; hidden while there is none."""

    answer = Signal(int)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._question: OpenQuestion | None = None
        self._who = make_label()
        self._text = ElidedLabel()
        self._left = make_label(role="amber")
        self._button = make_button(tr("Answer"), "primary")
        self._build()
        self.hide()
        theme.changed().connect(self.update)

    def refresh(self) -> bool:
        """Show what is open now; False where nothing is."""
        questions = self._services.inbox.questions()
        self._question = questions[0] if questions else None
        if self._question is not None:
            self._show(self._question)
        return self._question is not None

    def tick(self) -> None:
        """A second went by."""
        if self._question is not None:
            self._show_left(self._question)

    def _build(self) -> None:
        set_role(self, "banner")
        self.setAccessibleName(tr("Question from the agent"))
        set_role(self._who, "figure")
        row = make_row(
            GlyphLabel(Glyph.QUESTION, Severity.AMBER),
            self._who,
            self._text,
            self._left,
            self._button,
        )
        row.setStretch(2, 1)
        row.setContentsMargins(12, 2, 6, 2)
        self.setLayout(row)
        self._button.setProperty("tight", "true")  # the room that is kept for it is to be low
        self._button.clicked.connect(self._open)

    def _open(self) -> None:
        if self._question is not None:
            self.answer.emit(self._question.task_key)

    def _show(self, question: OpenQuestion) -> None:
        session = self._services.sessions.session(question.session_key)
        self._who.setText(session.name if session is not None else tr("A session"))
        self._text.show_text(tr("asks: “{question}”", question=shorten(question.text)))
        self._show_left(question)

    def _show_left(self, question: OpenQuestion) -> None:
        left = ""
        if question.expires_ms is not None:
            time = duration(question.expires_ms - self._services.clock.now_ms())
            left = tr("{time} left", time=time)
        if left != self._left.text():
            self._left.setText(left)


class QuestionRoom(QStackedWidget):
    """The room of the banner, always kept: a question, which is shown at once, pushes no row away
    from the pointer."""

    def __init__(self, banner: QuestionBanner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._banner = banner
        self._none = make_label(tr("No question is open."), "dim")
        self._none.setIndent(14)
        self.addWidget(self._none)
        self.addWidget(banner)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def refresh(self) -> None:
        """Show what is open now."""
        self.setCurrentWidget(self._banner if self._banner.refresh() else self._none)
