"""The rows of the recovery card: a few real rows that show any part of a long list.

Real buttons, so that keyboard and screen reader have what the mouse has; a handful of them, so that
200 sessions cost no more than six.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QPushButton,
    QScrollBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.recovery.text import RecoveryRow
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import ElidedLabel, make_button, make_label, make_row, set_role
from enigma_panel.ui.widgets.glyph_label import GlyphLabel

tr = Translations("Recovery")

ROW_HEIGHT = 34
MOST_ROWS = 6
COMPACT_BELOW = 940
UNDO_ROOM = 8
"""Undo may be wider than Keep, in whose place it stands."""
_WIDTHS = {"state": (210, 150), "name": (150, 104), "left": (84, 70), "cost": (84, 58)}
_ROLES = {Severity.AMBER: "amber", Severity.RED: "red", Severity.DIM: "dim"}


class RecoveryRowWidget(QWidget):
    """One row. Its signals name the session that stands in it now."""

    kept = Signal(int)
    terminated = Signal(int)
    shown = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.row: RecoveryRow | None = None
        self._glyph = GlyphLabel(Glyph.RING, Severity.DIM)
        self._state = ElidedLabel()
        self._name = ElidedLabel()
        self._note = ElidedLabel("dim")
        self._left = make_label(role="dim")
        self._cost = make_label(role="dim")
        self.show_button = make_button(tr("Show task"))
        self.keep_button = make_button(tr("Keep"))
        self.terminate_button = make_button(tr("Terminate"), "danger")
        self._build()

    def buttons(self) -> tuple[QPushButton, ...]:
        """From left to right."""
        return self.show_button, self.keep_button, self.terminate_button

    def put(self, row: RecoveryRow) -> None:
        """Show another session, or what is new about this one."""
        if row == self.row:
            return
        self.row = row
        self._glyph.show_glyph(row.glyph, row.mark)
        set_role(self._state, _ROLES.get(row.severity, ""))
        for label, text in ((self._state, row.state), (self._name, row.name)):
            label.show_text(text)
        self._note.show_text(row.note)
        set_role(self._note, "amber" if row.grave else "dim")
        self._left.setText(row.left)
        self._cost.setText(row.cost)
        self.setAccessibleName(row.spoken)
        self._put_buttons(row)

    def set_compact(self, compact: bool) -> None:
        """Columns of their narrow or their wide width."""
        for name, widget in self._columns().items():
            widget.setFixedWidth(_WIDTHS[name][compact])

    def _put_buttons(self, row: RecoveryRow) -> None:
        keep = tr("Undo") if row.undo else tr("Keep")
        self.keep_button.setText(keep)
        self.keep_button.setAccessibleName(keep)
        for button, is_there in (
            (self.show_button, row.can_show),
            (self.keep_button, row.can_keep),
            (self.terminate_button, row.can_terminate),
        ):
            button.setVisible(is_there)
            button.setAccessibleDescription(row.spoken)

    def _columns(self) -> dict[str, QWidget]:
        return {
            "state": self._state,
            "name": self._name,
            "left": self._left,
            "cost": self._cost,
        }

    def _build(self) -> None:
        for column in self._columns().values():
            column.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        for figure in (self._left, self._cost):
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        keep = tr("The browser stays as it is; only this row leaves the card.")
        terminate = tr("Closes the browser. Nothing costs any more.")
        for button, tip in ((self.keep_button, keep), (self.terminate_button, terminate)):
            button.setToolTip(tip)
        for button in self.buttons():
            button.setProperty("tight", "true")
            button.setFixedHeight(ROW_HEIGHT - 6)
        line = make_row(
            self._glyph, self._state, self._name, self._note, self._left, self._cost, gap=8
        )
        line.setStretch(3, 1)
        line.addSpacing(4)
        line.addWidget(self._button_box())
        self.setLayout(line)
        self.setFixedHeight(ROW_HEIGHT)
        self._send(self.keep_button, self.kept)
        self._send(self.terminate_button, self.terminated)
        self._send(self.show_button, self.shown)

    def _button_box(self) -> QWidget:
        """Of one width in every row, so that the figures stand below each other."""
        box = QWidget()
        buttons = make_row(None, *self.buttons(), gap=6)
        box.setLayout(buttons)
        for button in self.buttons():
            button.ensurePolished()
        pair = (self.keep_button.sizeHint(), self.terminate_button.sizeHint())
        box.setFixedWidth(sum(hint.width() for hint in pair) + 6 + UNDO_ROOM)
        return box

    def _send(self, button: QPushButton, signal: SignalInstance) -> None:
        def send() -> None:
            if self.row is not None:
                signal.emit(self.row.key)

        button.clicked.connect(send)


class RecoveryRows(QWidget):
    """A window of at most `most` rows over a list; the wheel, the bar and the keys move it."""

    kept = Signal(int)
    terminated = Signal(int)
    shown = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._row_at: Callable[[int], RecoveryRow] | None = None
        self._most = MOST_ROWS
        self._views: list[RecoveryRowWidget] = []
        self._column = QVBoxLayout()
        self._bar = QScrollBar(Qt.Orientation.Vertical)
        self._steps: dict[Qt.Key, Callable[[], int]] = {
            Qt.Key.Key_Up: lambda: -1,
            Qt.Key.Key_Down: lambda: 1,
            Qt.Key.Key_PageUp: lambda: -self._most,
            Qt.Key.Key_PageDown: lambda: self._most,
            Qt.Key.Key_Home: lambda: -self._count,
            Qt.Key.Key_End: lambda: self._count,
        }
        self._build()

    @property
    def is_pointer_inside(self) -> bool:
        """Whether somebody aims at a row: then nothing moves by itself."""
        return self.isVisible() and (self.underMouse() or self._has_focus())

    def views(self) -> list[RecoveryRowWidget]:
        """The rows in view."""
        return [view for view in self._views if view.isVisibleTo(self)]

    def put(self, count: int, row_at: Callable[[int], RecoveryRow]) -> None:
        """Show a list of so many rows; only those in view are asked for."""
        self._count, self._row_at = count, row_at
        self._refresh()

    def set_most(self, most: int) -> None:
        """So many rows are in view at once."""
        if most != self._most:
            self._most = most
            self._refresh()

    # -- inside ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setAccessibleName(tr("Sessions from before"))
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        line = make_row(gap=6)
        line.addLayout(self._column, 1)
        line.addWidget(self._bar)
        self.setLayout(line)
        self._bar.setAccessibleName(tr("Sessions from before"))
        self._bar.valueChanged.connect(self._fill)

    def _refresh(self) -> None:
        shown = min(self._count, self._most)
        while len(self._views) < shown:
            self._add_view()
        self._bar.setRange(0, self._count - shown)
        self._bar.setPageStep(max(1, shown))
        self._bar.setVisible(self._count > shown)
        for place, view in enumerate(self._views):
            view.setVisible(place < shown)
        self.setFixedHeight(shown * ROW_HEIGHT)
        self._fill()

    def _add_view(self) -> None:
        view = RecoveryRowWidget()
        view.set_compact(self.width() < COMPACT_BELOW)
        for ours, signal in (
            (view.kept, self.kept),
            (view.terminated, self.terminated),
            (view.shown, self.shown),
        ):
            ours.connect(signal)
        for button in view.buttons():
            button.installEventFilter(self)
        self._views.append(view)
        self._column.addWidget(view)

    def _fill(self) -> None:
        if self._row_at is None:
            return
        for place, view in enumerate(self._views[: min(self._count, self._most)]):
            view.put(self._row_at(self._bar.value() + place))

    def _has_focus(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _go(self, button: QWidget, step: int) -> None:
        """The same button, `step` rows further; the list moves where that is out of view."""
        place, kind = next(
            (place, view.buttons().index(button))
            for place, view in enumerate(self._views)
            if isinstance(button, QPushButton) and button in view.buttons()
        )
        first = self._bar.value()
        wanted = min(max(first + place + step, 0), self._count - 1)
        shown = len(self.views())
        self._bar.setValue(min(max(first, wanted - shown + 1), wanted))
        target = self._views[wanted - self._bar.value()]
        there = [one for one in target.buttons() if one.isVisibleTo(target)]
        same = target.buttons()[kind]
        if there:
            (same if same in there else there[0]).setFocus(Qt.FocusReason.TabFocusReason)

    # -- Qt ----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = self._steps.get(Qt.Key(event.key()))
            if step is not None and isinstance(watched, QWidget):
                self._go(watched, step())
                return True
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        QApplication.sendEvent(self._bar, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for view in self._views:
            view.set_compact(event.size().width() < COMPACT_BELOW)
