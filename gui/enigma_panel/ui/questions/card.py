"""The upper half of the question's panel: who asks what, and how long is left."""

import logging
from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QWidget

from enigma_panel.core.models import Session, Task
from enigma_panel.core.observation import Kind
from enigma_panel.services.container import Services
from enigma_panel.services.types import LedgerError, OpenQuestion, QuestionId, Step
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.questions.text import shown_question, single_line
from enigma_panel.ui.text.pages import live_page_text
from enigma_panel.ui.text.states import countdown
from enigma_panel.ui.text.steps import action_text
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
from enigma_panel.ui.widgets.inputs import ReadingText

tr = Translations("Questions")

log = logging.getLogger(__name__)

LEAST_LINES, MOST_LINES = 3, 12
BESIDE_SENTENCE = 320
"""What else of a window needs its height."""
HEAD_HEIGHT, TURNER_WIDTH = 44, 20
MOST_STEPS = 2
LOW, LOWEST = 600, 480
"""Heights of the window below which the answer gets the room of what is only told."""
STEPS_READ = 40
"""Lines of the time line, among which there are others, too."""
STEP_CHARS = 100
LATE_MS = 1_000
"""What the agent did just before it asked may be noted a little later."""


class QuestionCard(QWidget):
    """Shows one question; `turned` asks for the next (+1) or the previous one (-1).

    head: its heading, with live_button and close_button.
    """

    turned = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.text = ReadingText(MOST_LINES)
        self.head = QFrame()
        self.live_button = make_tool(tr("Open live page"))
        self.close_button = make_tool(tr("Close question"))
        self.close_button.setIconSize(QSize(20, 20))
        self.before = ElidedLabel("dim")
        self._session = ElidedLabel("section", mode=Qt.TextElideMode.ElideMiddle)
        self._task = ElidedLabel("dim")
        self._left = make_label(role="figure-amber")
        self._position = make_label(role="dim")
        self._back = make_button("", "plain")
        self._forth = make_button("", "plain")
        self._question: OpenQuestion | None = None
        self._build()

    def _build(self) -> None:
        set_role(self.head, "asks")
        turn = make_row(self._position, self._back, self._forth, gap=0)
        self._position.setContentsMargins(0, 0, 4, 0)
        font = self._left.font()
        font.setFeature(QFont.Tag("tnum"), 1)  # what stands before it does not move
        self._left.setFont(font)
        glyph = GlyphLabel(Glyph.NEEDS_YOU, Severity.AMBER, 16)
        tools = self.live_button, self.close_button
        head = make_row(glyph, self._session, self._left, *tools, gap=4)
        head.insertLayout(2, turn)
        head.insertSpacing(1, 4)
        head.setStretch(2, 1)
        head.setContentsMargins(16, 6, 10, 6)
        self.head.setMinimumHeight(HEAD_HEIGHT)
        self.head.setLayout(head)
        self._name_turners()
        self.text.setAccessibleName(tr("Question from the agent"))
        set_role(self.text, "question")
        self.before.ensurePolished()
        self.before.setText("x")
        self.before.setMinimumHeight(self.before.sizeHint().height())
        self.setLayout(make_column(self._task, self.text, self.before, gap=6))
        self.setContentsMargins(16, 12, 16, 8)
        theme.changed().connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        colour = theme.colours().dim
        self.close_button.setIcon(icons.icon(Glyph.CLOSE, colour, size=20))
        faint = theme.colours().faint
        self.live_button.setIcon(icons.icon(Glyph.LEAVE, colour, off=faint))

    def _name_turners(self) -> None:
        for button, glyph, name, step in (
            (self._back, Glyph.BACK, tr("Previous question"), -1),
            (self._forth, Glyph.CHEVRON, tr("Next question"), 1),
        ):
            button.show_glyph(glyph)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.setFixedWidth(theme.scaled(TURNER_WIDTH))
            button.clicked.connect(lambda _=False, step=step: self.turned.emit(step))

    def show_question(
        self, question: OpenQuestion, session: Session | None, task: Task | None
    ) -> None:
        self._question = question
        self._session.show_text(single_line(session.name) if session else "")
        text = single_line(task.spec.text)[:300] if task else ""
        link = session.web_view_url if session is not None else None
        self.live_button.setEnabled(link is not None)
        self.live_button.setAccessibleDescription(live_page_text(link))
        self.live_button.setToolTip("\n".join((tr("Open live page"), live_page_text(link))))
        self._task.show_text(tr("one of several tasks") if question.is_asker_unknown else text)
        self.show_before("")

    def follow(self, question: OpenQuestion) -> None:
        """Show that the question may expire at another time."""
        self._question = question

    def show_sentence(self, text: str) -> None:
        self.text.show_text(f"“{shown_question(text)}”")

    def fit_into(self, height: int) -> None:
        """Stand in a window of this height: the sentence has half of what nothing else needs."""
        lines = (height - theme.scaled(BESIDE_SENTENCE)) // 2 // self.text.line_height()
        self.text.most_lines = min(max(LEAST_LINES, lines), MOST_LINES)
        self.text.fit()
        self.before.setHidden(height < LOW)
        self._task.setHidden(height < LOWEST)

    def show_before(self, text: str) -> None:
        """What the agent did last; its line is always there, so nothing moves."""
        self.before.show_text(text)

    def show_position(self, number: int, of: int) -> bool:
        """Say "1 of 3"; returns whether the buttons beside it appeared or went."""
        many = of > 1
        changed = self._back.isHidden() is many
        self._position.setText(tr("{number} of {of}", number=number, of=of) if many else "")
        for widget in (self._position, self._back, self._forth):
            widget.setVisible(many)
        return changed

    def set_turning(self, possible: bool) -> None:
        """Whether another question may be looked at now."""
        self._back.setEnabled(possible)
        self._forth.setEnabled(possible)

    def show_time(self, now_ms: int) -> None:
        question = self._question
        if question is None:
            return
        end_ms, text, spoken = question.expires_ms, "", ""
        if end_ms is not None and end_ms > now_ms:
            text = countdown(end_ms, now_ms)
            spoken = tr("{time} left", time=text)
        elif end_ms is not None:
            text = tr("time is up")
        self._left.setText(text)
        self._left.setAccessibleName(spoken)


class PrecedingSteps:
    """Reads the last steps before a question and hands them to `show`, unless another one came."""

    def __init__(self, services: Services, show: Callable[[str], None]) -> None:
        self._services = services
        self._show = show
        self._wanted: QuestionId | None = None

    def refresh(self, question: OpenQuestion) -> None:
        self._wanted = question.id
        self._services.scope.spawn("steps before a question", self._fetch(question))

    async def _fetch(self, question: OpenQuestion) -> None:
        try:
            steps = await self._services.timeline.steps(question.task_key, STEPS_READ)
        except LedgerError as error:
            # The main window says what is wrong with the ledger; the question matters more.
            log.warning("no steps before a question: %s", error.reason)
            return
        if self._wanted == question.id:
            self._show(preceding_text(steps, question.asked_ms))


def preceding_text(steps: Iterable[Step], asked_ms: int) -> str:
    """'Before: opening the shop, clicking Add to cart'; empty when nothing is known."""
    done = [step for step in steps if step.kind == Kind.ACTION and step.at_ms <= asked_ms + LATE_MS]
    lines = [_told_line(step) for step in done[-MOST_STEPS:]]
    return tr("Before: {steps}", steps=", ".join(lines)) if lines else ""


def _told_line(step: Step) -> str:
    """'clicking Add to cart'."""
    line = shorten(action_text(step.text)[1], STEP_CHARS)
    return line[:1].lower() + line[1:]
