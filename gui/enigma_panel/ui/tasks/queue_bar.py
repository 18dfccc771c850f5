"""The bar at the foot of Tasks: all browsers ask, so nothing of the queue starts."""

from PySide6.QtWidgets import QFrame

from enigma_panel.services.container import Services
from enigma_panel.services.types import WaitReason
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import ElidedLabel, make_button, make_label, make_row, set_role
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.pointer_hold import PointerHold

tr = Translations("Tasks")

HEIGHT = 38


class QueueBar(QFrame):
    """Says how many browsers wait for an answer and how many tasks for a browser.

    It neither comes nor goes while somebody aims at a row: with nothing to say it is empty then.
    """

    def __init__(self, services: Services, hold: PointerHold) -> None:
        super().__init__()
        self._queue, self._inbox, self._hold = services.queue, services.inbox, hold
        self._glyph = GlyphLabel(Glyph.NEEDS_YOU, Severity.AMBER, 16)
        self._asking, self._queued = make_label(role="figure"), ElidedLabel("dim")
        self.answer = make_button(tr("Answer"))
        self.answer.setProperty("small", True)
        row = make_row(self._glyph, self._asking, self._queued, self.answer)
        row.setContentsMargins(16, 0, 16, 0)
        row.setStretchFactor(self._queued, 1)
        self.setLayout(row)
        set_role(self, "foot")
        self.setFixedHeight(theme.line_height(HEIGHT))
        self.hide()
        services.inbox.changed.connect(self.refresh)
        services.inbox.waiting_changed.connect(self.refresh)
        hold.released.connect(self.refresh)

    def refresh(self) -> None:
        entries, questions = self._queue.entries(), self._inbox.questions()
        n = sum(not self._inbox.is_sending(question.task_key) for question in questions)
        is_held = n > 0 and any(entry.why is WaitReason.ANSWER for entry in entries)
        for part in (self._glyph, self._asking, self._queued, self.answer):
            part.setVisible(is_held)
        if is_held:
            self._asking.setText(
                tr.plural(
                    "1 browser waits for your answer.", "{n} browsers wait for your answer.", n
                )
            )
            queued = tr.plural("1 task is queued.", "{n} tasks are queued.", len(entries))
            self._queued.show_text(queued)
            self.answer.setAccessibleName(tr.plural("Answer 1 question", "Answer {n} questions", n))
        if not self._hold.is_held:
            self.setVisible(is_held)
