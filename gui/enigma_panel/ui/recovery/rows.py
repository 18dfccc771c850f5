"""The rows of the recovery card.

Real buttons, so that keyboard and screen reader have what the mouse has; a few at a time, so that
hundreds of sessions cost no more than a few.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.recovery.text import RecoveryRow
from enigma_panel.ui.text.verbs import verb_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_label,
    make_row,
    set_role,
    take_single_clicks,
)
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("Recovery")

ROW_HEIGHT = 34
"""With the usual face."""
MOST_ROWS, AT_A_TIME = 6, 20
"""In view, and shown before *and n more* is pressed."""
COMPACT_BELOW = (940, 660)
UNDO_ROOM = 8
"""Undo may be wider than Keep, in whose place it stands."""
_WIDTHS = {
    "state": (210, 150, 114),
    "name": (150, 104, 80),
    "left": (84, 70, 60),
    "cost": (84, 58, 58),
}
"""Of the columns, with the usual face; the second and third where the rows are narrower than
COMPACT_BELOW."""
_ROLES = {Severity.AMBER: "amber", Severity.RED: "red", Severity.DIM: "dim"}


def row_height() -> int:
    """How high a row of the card is."""
    return theme.line_height(ROW_HEIGHT)


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
        self._cost.setToolTip(row.cost_hint)
        self._cost.setAccessibleDescription(row.cost_hint)
        self.setAccessibleName(row.spoken)
        self._put_buttons(row)

    def fit(self, width: int) -> None:
        """Columns for rows of this width; a figure is never cut."""
        compact = sum(width < theme.scaled(limit) for limit in COMPACT_BELOW)
        self._note.setVisible(compact < len(COMPACT_BELOW))  # what is left would hold no word
        for name, widget in self._columns().items():
            least = 0 if isinstance(widget, ElidedLabel) else widget.sizeHint().width()
            widget.setFixedWidth(max(least, theme.scaled(_WIDTHS[name][compact])))

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
        terminate = verb_text(CommandVerb.TERMINATE).tip
        for button, tip in ((self.keep_button, keep), (self.terminate_button, terminate)):
            button.setToolTip(tip)
        for button in self.buttons():
            button.setProperty("tight", "true")
            button.setFixedHeight(row_height() - 6)
            take_single_clicks(button)  # the next row comes into the place of one that goes
        line = make_row(
            self._glyph, self._state, self._name, self._note, self._left, self._cost, gap=8
        )
        line.setStretch(3, 100)
        line.insertStretch(4, 1)  # where the note is hidden
        line.addSpacing(4)
        line.addWidget(self._button_box())
        self.setLayout(line)
        self.setFixedHeight(row_height())
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


class RecoveryRows(ScrollArea):
    """The first rows of a list, a few of them in view; *and n more* below them shows the next.

    Each may be billing, so there is a way to all of them. left: the pointer is elsewhere.
    """

    kept = Signal(int)
    terminated = Signal(int)
    shown = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._limit = AT_A_TIME
        self._row_at: Callable[[int], RecoveryRow]
        self._most = MOST_ROWS
        self._views: list[RecoveryRowWidget] = []
        self._more = QWidget()
        self.more_button = make_button(_more_text(0), "link")
        self._build()

    @property
    def is_pointer_inside(self) -> bool:
        """Whether somebody aims at a row: then nothing moves by itself."""
        return self.isVisible() and (self.underMouse() or _has_focus(self))

    def views(self) -> list[RecoveryRowWidget]:
        """The rows that are shown, also those that are scrolled out of view."""
        return self._views[: min(self._count, self._limit)]

    def start_over(self) -> None:
        """Another list: its first rows are shown."""
        self._limit = AT_A_TIME
        self.verticalScrollBar().setValue(0)

    def put(self, count: int, row_at: Callable[[int], RecoveryRow]) -> None:
        """Show a list of so many rows; only those that are shown are asked for."""
        self._count, self._row_at = count, row_at
        self._refresh()

    def set_most(self, most: int) -> None:
        """So many rows are in view at once."""
        self._most = most
        self._fit()

    # -- inside ------------------------------------------------------------------------------

    def _build(self) -> None:
        for part in (self, self.verticalScrollBar()):
            part.setAccessibleName(tr("Sessions from before"))
        self.verticalScrollBar().setSingleStep(row_height())
        self.column.setSpacing(0)
        self.column.setContentsMargins(0, 0, 6, 0)  # the bar has some room beside it
        self._more.setLayout(make_row(self.more_button, None))
        self._more.setFixedHeight(row_height())
        self.column.addWidget(self._more)
        self.column.addStretch(1)
        self.more_button.clicked.connect(self._show_next)
        self.more_button.installEventFilter(self)

    def _refresh(self) -> None:
        while len(self._views) < min(self._count, self._limit):
            self._add_view()
        views = self.views()
        for place, view in enumerate(views):
            row = self._row_at(place)
            if not row.has_button and _has_focus(view):
                self.setFocus()  # else the next press would be on the next row
            view.put(row)
            view.fit(self.width())
            view.show()
        n = self._count - len(views)
        self.more_button.setText(_more_text(n))
        self.more_button.setAccessibleName(_more_text(n))
        for view in self._views[len(views) :]:
            self._set_shown(view, is_shown=False)
        self._set_shown(self._more, is_shown=n > 0)
        self._fit()

    def _set_shown(self, part: QWidget, *, is_shown: bool) -> None:
        if not is_shown and _has_focus(part):
            self.setFocus()  # else it went to the next button, and the next press would mean that
        part.setVisible(is_shown)

    def _fit(self) -> None:
        lines = len(self.views()) + (self._count > self._limit)
        self.setFixedHeight(min(lines, self._most) * row_height())

    def _add_view(self) -> None:
        view = RecoveryRowWidget()
        view.kept.connect(self.kept)
        view.terminated.connect(self.terminated)
        view.shown.connect(self.shown)
        self.column.insertWidget(len(self._views), view)
        self._views.append(view)
        before = self.more_button
        for button in view.buttons():
            button.installEventFilter(self)
            QWidget.setTabOrder(before, button)
            before = button
        QWidget.setTabOrder(before, self.more_button)

    def _show_next(self) -> None:
        self._limit += AT_A_TIME
        self._refresh()

    def _go(self, button: QObject, step: int) -> None:
        """The same button, `step` lines further, or what stands in its place."""
        all_lines = [*(view.buttons() for view in self.views()), (self.more_button,)]
        lines = [line for line in all_lines if any(b.isVisibleTo(self) for b in line)]
        here = next(place for place, line in enumerate(lines) if button in line)
        kind = lines[here].index(button)
        line = lines[min(max(here + step, 0), len(lines) - 1)]
        target = next(b for b in (*line[kind : kind + 1], *line) if b.isVisibleTo(self))
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self.ensureWidgetVisible(target, 0, (row_height() - target.height()) // 2)

    # -- Qt ----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_PageUp: -self._most,
                Qt.Key.Key_PageDown: self._most,
                Qt.Key.Key_Home: -self._count,
                Qt.Key.Key_End: self._count,
            }
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                self._go(watched, step)
                return True
        return super().eventFilter(watched, event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for view in self._views:
            view.fit(self.width())


def _more_text(n: int) -> str:
    return tr("and {n} more", n=n)


def _has_focus(part: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and (focus is part or part.isAncestorOf(focus))
