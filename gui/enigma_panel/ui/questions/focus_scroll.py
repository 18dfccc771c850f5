"""Scrolls the field with the focus into sight."""

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.inputs import ScrollArea


class FocusScroll(QObject):
    """Follows the focus inside one panel, in the panel's scroll areas and those around it."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self._panel = panel
        self._again = Debounce(self, self._show_focus, 0)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self.refresh)

    def refresh(self) -> None:
        """Scroll a moment later: something was laid out anew."""
        self._again.trigger()

    def _show_focus(self) -> None:
        focus = QApplication.focusWidget()
        if focus is None or not self._panel.isAncestorOf(focus):
            return
        cursor = QRectF(focus.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle))
        part: QWidget | None = focus
        while part is not None and (part := part.parentWidget()) is not None:
            if isinstance(part, ScrollArea) and (page := part.widget()) is not None:
                at = focus.mapTo(page, cursor.center().toPoint())
                part.ensureVisible(at.x(), at.y(), 0, round(cursor.height() / 2) + 12)
