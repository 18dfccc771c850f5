"""Fields to type in, texts to read, and a scroll area that is as high as its content."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import set_role

GLYPH_AT, GLYPH_SIZE = 10, 14
FRAME = 4
"""Room that a style sheet may add around a text."""
LEAST_HEIGHT = 120
LINE_HEIGHT = 1.44
"""Distance of lines, in sizes of the letters."""


class LineEdit(QLineEdit):
    """A line in which Enter moves on to the next field, or only emits `returnPressed`.

    In neither case does the dialog around it see the Enter and press a button. An Enter that is
    held down from the field before does nothing. The line counts as modified where its text is not
    the one that we wrote: Qt does not count what assistive technology writes.
    """

    def __init__(self, *, enter_moves_on: bool = True) -> None:
        super().__init__()
        self._written = ""
        self.enter_moves_on = enter_moves_on
        if enter_moves_on:
            self.returnPressed.connect(self._move_on)

    def setText(self, text: str | None, /) -> None:
        super().setText(text)
        self.setModified(False)

    def setModified(self, modified: bool, /) -> None:
        super().setModified(modified)
        self._written = "" if modified else QLineEdit.text(self)

    def isModified(self) -> bool:
        return QLineEdit.text(self) != self._written

    def _move_on(self) -> None:
        self.focusNextChild()

    def event(self, event: QEvent) -> bool:
        return _keep_key(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if not (is_enter and event.isAutoRepeat()):
            super().keyPressEvent(event)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.accept()


def _keep_key(event: QEvent) -> bool:
    """Take Ctrl+Del for the field, in which it deletes a word: for the window it is Terminate."""
    is_ours = (
        event.type() is QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent)
        and event.matches(QKeySequence.StandardKey.DeleteEndOfWord)
    )
    if is_ours:
        event.accept()
    return is_ours


class WordsField(QLineEdit):
    """A field for words that are looked for as they are typed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        set_role(self, "filter")
        self.setPlaceholderText(name)
        self.setAccessibleName(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        place = QRectF(GLYPH_AT, 0, GLYPH_SIZE, self.height())
        icons.paint(QPainter(self), Glyph.SEARCH, place, QColor(theme.colours().dim))


class ChoiceBox(QComboBox):
    """A choice of texts with a value each. The wheel, which scrolls the page, changes nothing."""

    def __init__(self, choices: Iterable[tuple[str, object]] = ()) -> None:
        super().__init__()
        for text, value in choices:
            self.addItem(text, value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class TextEdit(QPlainTextEdit):
    """A field of several lines; Enter adds one, Tab moves on."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self._lines = lines

    def text(self) -> str:
        return self.toPlainText()

    def fill(self, text: str) -> None:
        """Set the text in a way that Undo can take back."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def _height(self, lines: int) -> int:
        margins = int(self.document().documentMargin()) * 2 + self.frameWidth() * 2 + 10
        return self.fontMetrics().lineSpacing() * lines + margins

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height(self._lines))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._height(min(2, self._lines)))

    def event(self, event: QEvent) -> bool:
        return _keep_key(event) or super().event(event)


def make_readable(edit: QPlainTextEdit | QTextEdit) -> None:
    """Let a text be read and selected, by keys, too, but not be changed."""
    edit.setReadOnly(True)
    edit.setFrameShape(QFrame.Shape.NoFrame)
    edit.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    edit.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    edit.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    edit.setTabChangesFocus(True)
    edit.setUndoRedoEnabled(False)
    edit.document().setDocumentMargin(0)


class ReadingText(QTextEdit):
    """A text to read, as high as it needs and scrolled beyond `most_lines`."""

    def __init__(self, most_lines: int) -> None:
        super().__init__()
        make_readable(self)
        self.most_lines = most_lines

    def line_height(self) -> int:
        return round(self.fontInfo().pixelSize() * LINE_HEIGHT)

    def show_text(self, text: str) -> None:
        """Show a text, or take no room where there is none; the same text keeps its selection."""
        if self.toPlainText() != text:
            self.setPlainText(text)
            self._space()
            self.fit()
        self.setVisible(bool(text))

    def fit(self) -> None:
        lines = self._count_lines()
        is_long = lines > self.most_lines
        room = 2 * self.frameWidth() if is_long else FRAME  # no part of one more line
        height = self.line_height() * min(lines, self.most_lines) + room
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if is_long else policy.ScrollBarAlwaysOff
        )
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def _count_lines(self) -> int:
        """Return the number of lines at this width, which Qt knows only once it was in sight."""
        layout, block, lines = self.document().documentLayout(), self.document().begin(), 0
        while block.isValid() and lines <= self.most_lines:
            layout.blockBoundingRect(block)  # breaks it into lines
            lines += block.layout().lineCount()
            block = block.next()
        return max(1, lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._space()
            self.fit()

    def _space(self) -> None:
        spaced, fixed = QTextBlockFormat(), QTextBlockFormat.LineHeightTypes.FixedHeight
        spaced.setLineHeight(self.line_height(), fixed.value)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(spaced)


class ScrollArea(QScrollArea):
    """A scroll area: fill `column`. The dialog's buttons stay outside, in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        set_role(content, "clear")
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        self.column.activate()
        width = max(self.width(), self.column.minimumSize().width())
        high = self.column.hasHeightForWidth()
        height = self.column.totalHeightForWidth(width) if high else self.column.sizeHint().height()
        return QSize(self.column.sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        least, bar = self.column.minimumSize(), self.verticalScrollBar().sizeHint()
        return QSize(least.width() + bar.width(), min(least.height(), LEAST_HEIGHT))
