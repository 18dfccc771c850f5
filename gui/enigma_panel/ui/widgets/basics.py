"""Small widgets that all screens are made of."""

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.ui.i18n import plain_tip
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.tips import short_lines

GAP = 8
MARGIN = 24
LINE_HEIGHT = 1.5
"""Distance of lines, in sizes of the letters."""


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget its part in the style sheet, also after it was shown."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # not styled yet
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    # Frames learn of a new border or padding only by this.
    QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def make_label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    label = WrappedLabel(text) if wrap else QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        set_role(label, role)
    return label


def show_text(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))


def _is_enter(event: QKeyEvent) -> bool:
    bare = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return bare and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}


def _press_by_enter(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Press the button by Enter as by Space; a key held down from before presses nothing."""
    if not _is_enter(event):
        return False
    if not event.isAutoRepeat():
        button.click()
    return True


class Button(QPushButton):
    """A button that Enter presses only while it has the focus."""

    _sign: tuple[Glyph | None, str, int] | None = None

    def show_glyph(self, glyph: Glyph | None, colour: str = "text", *, size: int = 14) -> None:
        """Show a glyph before the words, or behind them in a button laid out from right to left.

        None shows none. colour: the name of one of the scheme's.
        """
        before, self._sign = self._sign, (glyph, colour, size)
        if before is None:
            theme.changed().connect(self._tint)
        if before != self._sign:
            self._tint()

    def _tint(self) -> None:
        if self._sign is not None:
            glyph, colour, size = self._sign
            gap = 2 if self.layoutDirection() is Qt.LayoutDirection.LeftToRight else -4
            shown, off = (getattr(theme.colours(), name) for name in (colour, "faint"))
            self.setIconSize(QSize(size + abs(gap), size))
            self.setIcon(
                icons.icon(glyph, shown, size, off=off, gap=gap) if glyph is not None else QIcon()
            )

    def setToolTip(self, text: str, /) -> None:
        super().setToolTip(short_lines(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _press_by_enter(self, event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Leave a gap between a filled button and its ring of focus."""
        super().paintEvent(event)
        if self.hasFocus() and self.property("role") == "primary":
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.colours().card), 2))
            painter.drawRoundedRect(self.rect().adjusted(3, 3, -3, -3), 4, 4)


class ToolButton(QToolButton):
    """A button with an icon alone that Enter presses only while it has the focus."""

    def setToolTip(self, text: str, /) -> None:
        super().setToolTip(short_lines(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _press_by_enter(self, event):
            super().keyPressEvent(event)


def make_button(text: str, role: str = "") -> Button:
    """Return a button that is pressed only when it is meant: never by Enter in some field."""
    button = Button(text)
    button.setAutoDefault(False)
    button.setAccessibleName(text)
    if role:
        set_role(button, role)
    return button


def make_tool(text: str) -> ToolButton:
    """Return a small button that shows an icon alone; its name is its tip."""
    button = ToolButton()
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.setIconSize(QSize(16, 16))
    set_role(button, "plain")
    return button


class TabBar(QTabBar):
    """Tabs that stay where they are: each has room for its words as the style sheet chooses it."""

    def tabSizeHint(self, index: int, /) -> QSize:
        hint = super().tabSizeHint(index)
        if index != self.currentIndex():
            text, bold = self.tabText(index), QFont(self.font())
            bold.setWeight(QFont.Weight.DemiBold)
            wide, usual = (QFontMetrics(font).size(0, text).width() for font in (bold, self.font()))
            hint += QSize(wide - usual, 0)
        return hint


def has_lost_focus(window: QWidget) -> bool:
    """Return whether the control with the keyboard focus went away or was disabled.

    Qt asks such a window for the next control, as by Tab: that would be a button that nobody meant.
    """
    focus = window.focusWidget()
    return focus is not None and not (focus.isVisibleTo(window) and focus.isEnabled())


def put_on_clipboard(text: str) -> None:
    """Put a text that is no secret on the clipboard."""
    QGuiApplication.clipboard().setText(text)


class _SingleClicks(QObject):
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        return event.type() == QEvent.Type.MouseButtonDblClick


def take_single_clicks(button: QAbstractButton) -> None:
    """Ignore the second of a double click, which would hit what has come under the pointer."""
    button.installEventFilter(_SingleClicks(button))


def make_row(*items: QWidget | None, gap: int = 8) -> QHBoxLayout:
    """Return a row of widgets; None is the space that grows."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(gap)
    for item in items:
        if item is None:
            row.addStretch(1)
        else:
            row.addWidget(item)
    return row


def make_column(*items: QWidget | QLayout | None, gap: int = GAP) -> QVBoxLayout:
    """Return a column of widgets and layouts; None is the space that grows."""
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(gap)
    for item in items:
        if item is None:
            column.addStretch(1)
        elif isinstance(item, QLayout):
            column.addLayout(item)
        else:
            column.addWidget(item)
    return column


def line_pitch(widget: QWidget) -> int:
    """Return how far lines of text stand apart."""
    metrics = QFontMetrics(widget.font())
    return max(metrics.lineSpacing(), round(widget.fontInfo().pixelSize() * LINE_HEIGHT))


class WrappedLabel(QLabel):
    """Plain text over several lines, further apart than the font asks for."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)

    def _is_plain(self) -> bool:
        """Return whether it is painted here; Qt paints what is rich or can be selected."""
        can_select = self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
        return self.textFormat() is Qt.TextFormat.PlainText and not can_select

    def _spread(self, height: int) -> int:
        """Return the height where Qt's own lines need this one."""
        if not self._is_plain():
            return height
        margins, line = self.contentsMargins(), QFontMetrics(self.font()).lineSpacing()
        lines = round((height - margins.top() - margins.bottom()) / line)
        return height + max(0, lines - 1) * (line_pitch(self) - line)

    def heightForWidth(self, width: int, /) -> int:
        return self._spread(super().heightForWidth(width))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), self._spread(hint.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_plain():
            super().paintEvent(event)
            return
        painter, rect = QPainter(self), self.contentsRect()
        self.drawFrame(painter)
        painter.setPen(self.palette().color(self.foregroundRole()))
        rect.setLeft(rect.left() + max(0, self.indent()))
        layout = QTextLayout(self.text().replace("\n", "\N{LINE SEPARATOR}"), self.font())
        layout.setTextOption(QTextOption(self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask))
        layout.beginLayout()
        pitch, end = line_pitch(self), 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(rect.width())
            line.setPosition(QPointF(0, pitch * line.lineNumber()))
            end = line.y() + line.height()
        layout.endLayout()
        is_at_top = self.alignment() & Qt.AlignmentFlag.AlignTop
        top = rect.y() + (0 if is_at_top else (rect.height() - end) / 2)
        layout.draw(painter, QPointF(rect.x(), top))


class NoticeLabel(WrappedLabel):
    """The outcome of something, in a sentence or two; takes no room while it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.hide()

    def show_text(self, text: str, role: str = "notice") -> None:
        set_role(self, role)
        # Emptied in between: with the same words the label would keep the size it had before.
        self.setText("")
        self.setText(text)
        self.setVisible(bool(text))
        self.updateGeometry()


class ProblemLabel(WrappedLabel):
    """One sentence about a mistake, beside its field; takes no room while there is none."""

    def __init__(self, field: QWidget) -> None:
        super().__init__()
        self._field = field
        set_role(self, "problem")
        self.hide()

    def show_text(self, sentence: str) -> None:
        """Show the sentence, also to a screen reader that stands on the field."""
        self._put(sentence, "problem")
        set_role(self._field, "mistaken" if sentence else "")

    def show_doubt(self, sentence: str) -> None:
        """Show a doubt instead: it is no mistake but may not be meant."""
        self._put(sentence, "amber")
        set_role(self._field, "")

    def clear(self) -> None:
        self.show_text("")

    def _put(self, sentence: str, role: str) -> None:
        set_role(self, role)
        self.setText(sentence)
        self.setVisible(bool(sentence))
        self._field.setAccessibleDescription(sentence)


class FieldGrid(QGridLayout):
    """Labels on the left, fields on the right, the problem of a field below it."""

    def __init__(self) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(16)
        self.setVerticalSpacing(GAP)
        self.setColumnStretch(1, 1)

    def add_field(
        self, text: str, field: QWidget, *beside: QWidget, note: str | QLabel = ""
    ) -> ProblemLabel:
        """Add a labelled field with what stands beside it; the label is its accessible name."""
        label = make_label(text)
        label.setBuddy(field)
        field.setAccessibleName(text)
        problem = ProblemLabel(field)
        below = make_label(note, "dim", wrap=True) if isinstance(note, str) else note
        row = self.rowCount()
        first = make_row(field, *beside)
        first.setStretch(0, 1)
        for other in beside:  # one that is lower makes the field no lower
            first.setAlignment(other, Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self.addLayout(make_column(first, *([below] if note else []), problem, gap=4), row, 1)
        label.setFixedHeight(max(32, label.sizeHint().height()))
        return problem

    def show_field(self, field: QWidget, *, shown: bool) -> None:
        for label in self._labels():
            if label.buddy() is field:
                label.setVisible(shown)
                field.setVisible(shown)

    def rename_field(self, field: QWidget, text: str) -> None:
        for label in self._labels():
            if label.buddy() is field:
                label.setText(text)
                field.setAccessibleName(text)

    def label_width(self) -> int:
        """Return the width of the labels, hidden ones too, so that two grids can be aligned."""
        return max((label.sizeHint().width() for label in self._labels()), default=0)

    def _labels(self) -> list[QLabel]:
        items = [self.itemAtPosition(row, 0) for row in range(self.rowCount())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, QLabel)]

    def add_below(self, widget: QWidget) -> None:
        """Add something right below the field that was added last, above its note and problem."""
        item = self.itemAtPosition(self.rowCount() - 1, 1)
        column = item.layout() if item is not None else None
        if isinstance(column, QVBoxLayout):
            column.insertWidget(1, widget)

    def add_wide(self, item: QWidget | QLayout) -> None:
        """Add something in the fields' column that brings its own label."""
        row = self.rowCount()
        if isinstance(item, QLayout):
            self.addLayout(item, row, 1)
        else:
            self.addWidget(item, row, 1)


class ElidedLabel(QLabel):
    """One line, or `lines`, that ends in … where there is no room; the whole text is its tool tip.

    mode: where a line is cut. refitted: it holds more or less of its text than before.
    """

    refitted = Signal()

    def __init__(
        self,
        role: str = "",
        *,
        lines: int = 1,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__()
        self._lines, self._mode = lines, mode
        self._shown: list[str] = []
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if role:
            set_role(self, role)

    def show_text(self, text: str) -> None:
        self.setText(text)
        self.setAccessibleName(text)
        self._fit()

    def set_lines(self, lines: int) -> None:
        """Show no more than so many lines of the next text."""
        self._lines = lines
        self.setMinimumHeight(0)

    def room_for(self, lines: int) -> int:
        return line_pitch(self) * lines + GAP // 2

    @property
    def is_whole(self) -> bool:
        return "".join(self._shown) == self.text()

    def _fit(self) -> None:
        shown, before = self._elided(), self._shown
        self._shown = shown
        self.setToolTip("" if self.is_whole else plain_tip(self.text()))
        if self._lines > 1:
            self.setMinimumHeight(self.room_for(len(shown)))
        if shown != before:
            self.refitted.emit()

    def _elided(self) -> list[str]:
        """Return the lines that have room; the last one ends in … where more would follow."""
        metrics, rest, lines = QFontMetrics(self.font()), self.text(), list[str]()
        if self._lines > 1:
            layout, wrap = QTextLayout(rest, self.font()), QTextOption()
            wrap.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
            layout.setTextOption(wrap)
            layout.beginLayout()
            while len(lines) < self._lines - 1 and (line := layout.createLine()).isValid():
                line.setLineWidth(self.width())
                lines.append(rest[: line.textLength()])
                rest = rest[line.textLength() :]
            layout.endLayout()
        if rest or not lines:
            lines.append(metrics.elidedText(rest, self._mode, self.width()))
        return lines

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), self.room_for(len(self._shown))) if self._lines > 1 else hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        place = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        lines, rect = self._elided(), self.contentsRect()
        pitch, top = rect.height(), rect.y()
        if self._lines > 1:  # the first one stands still when more come
            pitch, top = line_pitch(self), top + GAP // 2 - 1
        for n, line in enumerate(lines):
            painter.drawText(QRect(rect.x(), top + n * pitch, rect.width(), pitch), place, line)
