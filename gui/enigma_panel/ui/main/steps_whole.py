"""The step that is selected, in full, below the list or beside it; absent while none is."""

from PySide6.QtGui import QColor, QTextCharFormat
from PySide6.QtWidgets import QTextEdit, QVBoxLayout, QWidget

from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui import theme
from enigma_panel.ui.dialogs.fields import ReadingText
from enigma_panel.ui.dialogs.parts import ElidedLabel, set_role
from enigma_panel.ui.main.steps_delegate import match_spans
from enigma_panel.ui.main.steps_words import whole_head, whole_text
from enigma_panel.ui.words import tr

MOST_MARKS = 200


class _Text(ReadingText):
    """Plain text to read and to select, as high as there is room."""

    def __init__(self) -> None:
        super().__init__(1)
        self.setMinimumHeight(self.fontMetrics().lineSpacing())
        self.setAccessibleName(tr("The selected step in full"))
        set_role(self, "reading")

    def fit(self) -> None:
        """Its height is given by what stands around it."""


class WholeStep(QWidget):
    """Time and kind, and below them all that was told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = ElidedLabel("dim")
        self.field = _Text()
        self._sought = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 6, 13, 0)
        column.setSpacing(3)
        column.addWidget(self.head)
        column.addWidget(self.field, 1)
        theme.changed().connect(self._mark)
        self.show_step(None)

    def show_step(self, step: Step | None) -> None:
        """Show this one; what is shown already keeps what was selected of it."""
        self.head.show_text(whole_head(step) if step is not None else "")
        text = whole_text(step) if step is not None else ""
        if self.field.toPlainText() != text:
            self.field.setPlainText(text)
            self._mark()

    def mark(self, sought: str) -> None:
        """Mark where this stands in the text."""
        if sought != self._sought:
            self._sought = sought
            self._mark()

    def _mark(self) -> None:
        look = QTextCharFormat()
        look.setBackground(QColor(theme.colours().amber_ground))
        look.setForeground(QColor(theme.colours().text))
        text = self.field.toPlainText()
        places = match_spans(text, self._sought)[:MOST_MARKS]
        marks = [self._selection(_units(text[:a]), _units(text[:b]), look) for a, b in places]
        self.field.setExtraSelections(marks)

    def _selection(self, start: int, end: int, look: QTextCharFormat) -> QTextEdit.ExtraSelection:
        cursor = self.field.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
        selection = QTextEdit.ExtraSelection()
        selection.cursor = cursor
        selection.format = look
        return selection


def _units(text: str) -> int:
    """How long Qt takes it to be: it counts an emoji as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
