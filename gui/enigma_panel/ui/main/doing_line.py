"""What an agent does now, in two lines at most that stay where they are."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from enigma_panel.ui.dialogs.parts import set_role
from enigma_panel.ui.words import plain_tip

LINES = 2


class ActivityLabel(QLabel):
    """Plain text over two lines, the second one cut; the whole is its tool tip.

    It takes the room of two lines for one as well: what stands below does not jump with each word.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_role(self, "dim")

    def show_text(self, text: str) -> None:
        """Show and speak this text; it is one line of words."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.setToolTip(plain_tip(text))

    def shown_lines(self) -> list[str]:
        """The text as it is broken and cut at this width."""
        room = self.contentsRect().width()
        layout = QTextLayout(self.text(), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        first = layout.createLine()
        if first.isValid():
            first.setLineWidth(room)
        layout.endLayout()
        # Qt counts an emoji as two.
        units = self.text().encode("utf-16-le", "surrogatepass")
        head = units[: first.textLength() * 2] if first.isValid() else b""
        rest = units[len(head) :].decode("utf-16-le", "replace")
        lines = [head.decode("utf-16-le", "replace").rstrip(), rest]
        cut = self.fontMetrics().elidedText(lines[1], Qt.TextElideMode.ElideRight, room)
        return [line for line in (lines[0], cut) if line]

    # -- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() * LINES)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        rect, height = self.contentsRect(), self.fontMetrics().lineSpacing()
        for number, line in enumerate(self.shown_lines()):
            place = rect.adjusted(0, number * height, 0, 0)
            place.setHeight(height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line)
