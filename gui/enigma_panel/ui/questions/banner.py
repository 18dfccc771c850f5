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
from enigma_panel.ui.widgets.pointer_hold import PointerHold

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
    """The room of the banner, kept while a session is open, whose agent may ask.

    So a question, which is shown at once, pushes no row away from the pointer.
    """

    def __init__(
        self, banner: QuestionBanner, hold: PointerHold, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._banner = banner
        self._hold = hold
        self._may_come = False
        self._none = make_label(tr("No question is open."), "dim")
        self._none.setIndent(14)
        self.addWidget(self._none)
        self.addWidget(banner)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()
        hold.released.connect(self._fit)

    def set_may_come(self, may_come: bool) -> None:
        """Whether a session is open."""
        self._may_come = may_come
        self.refresh()

    def refresh(self) -> None:
        """Show what is open now."""
        has_question = self._banner.refresh()
        self.setCurrentWidget(self._banner if has_question else self._none)
        if has_question:
            self.show()
        self._fit()

    def _fit(self) -> None:
        """The room itself comes and goes only while nobody aims at a row."""
        if not self._hold.is_held:
            self.setVisible(self._may_come or self.currentWidget() is self._banner)
