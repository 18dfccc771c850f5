"""A toast: says what was done, above the right end of a window's status bar, for some seconds."""

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QEvent, QMargins, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QLayout, QWidget

from enigma_panel.ui.i18n import Translations, plain_tip
from enigma_panel.ui.widgets.basics import make_button, make_label, make_row, set_role
from enigma_panel.ui.widgets.debounce import Debounce

tr = Translations("Widgets")

GAP, MARGINS = 16, QMargins(12, 3, 12, 3)
STAYS_MS, UNDO_STAYS_MS = 6_000, 10_000
APART, ABOVE = 16, 8
"""Distance from the window's edges, and height of the empty strip above the status bar."""
_MOVED = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.LayoutRequest})


class ToastContent(Struct, frozen=True):
    """What was done, and a button that takes it back or leads to it.

    label: of the button, empty where there is none. stays_ms: if nothing takes its place before.
    is_exact: it leaves then, also from under the pointer: its Undo is possible no longer.
    """

    text: str
    stays_ms: int
    label: str = ""
    call: Callable[[], object] = bool
    can_undo: bool = False
    is_exact: bool = False


class Toast(QFrame):
    """A toast; one at a time. It takes no focus, and stays while pointer or focus is on it.

    So nobody who is about to press its Undo finds another one there, and only another Undo takes
    the place of an Undo: of what comes meanwhile the latest waits for its end, and is dropped with
    an Undo that was pressed. said: its text, as it comes. bar: the status bar, above which it
    stands, or on it where a question or a sheet stands there: it covers none of their buttons.
    free_from: the button in the bar that stays free, too. Ctrl+Z is its Undo while it stands,
    unless something else in the window took that key meanwhile: pressed a moment too late for that,
    it takes nothing back.
    """

    said = Signal(str)

    def __init__(self, window: QWidget, bar: QWidget, free_from: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._bar, self._free_from = bar, free_from
        self._shown: ToastContent | None = None
        self._waiting: ToastContent | None = None
        self._is_key_taken = False
        self._label = make_label()
        self._button = make_button(tr("Undo"), "link")
        self._leaves = QTimer(self, singleShot=True)
        self._keys = QShortcut(QKeySequence.StandardKey.Undo, window)
        self.place_again = Debounce(self, self._place, 0)
        self._build()

    def say(self, text: str) -> None:
        self._show_or_wait(ToastContent(text, STAYS_MS))

    def offer(self, text: str, label: str, call: Callable[[], object]) -> None:
        """Say that something was done, with a button that leads to it."""
        self._show_or_wait(ToastContent(text, STAYS_MS, label, call))

    def offer_undo(self, text: str, undo: Callable[[], object]) -> None:
        """Say that something was done, and offer for some time to undo it."""
        self._show_or_wait(ToastContent(text, UNDO_STAYS_MS, tr("Undo"), undo, can_undo=True))

    def offer_grace(self, text: str, undo: Callable[[], object], grace_ms: int) -> None:
        """Say that something is about to be sent, and offer to undo it until then."""
        content = ToastContent(text, grace_ms, tr("Undo"), undo, can_undo=True, is_exact=True)
        self._show_or_wait(content)

    def give_way(self, to: Callable[[], object] | None = None) -> None:
        """End where it only says something, or leads to what opens now."""
        if self._shown is not None and (not self._shown.label or self._shown.call == to):
            self._go_on()

    def yield_keys(self, *, is_taken: bool) -> None:
        """Set whether Ctrl+Z means something else at the moment."""
        self._is_key_taken = is_taken
        if is_taken:
            self._keys.setEnabled(False)

    def _build(self) -> None:
        set_role(self, "toast")
        row = make_row(self._label, self._button, gap=GAP)
        row.setContentsMargins(MARGINS)
        row.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self.setLayout(row)
        self._button.clicked.connect(self._act)
        self._keys.activated.connect(self._act)
        self._keys.setEnabled(False)
        self._leaves.timeout.connect(self._leave)
        self._bar.installEventFilter(self)
        self.hide()

    def _show_or_wait(self, content: ToastContent) -> None:
        is_undo = self._shown is not None and self._shown.can_undo
        if is_undo and (not content.can_undo or self._is_aimed_at()):
            self._waiting = content
        else:
            self._show(content)

    def _show(self, content: ToastContent) -> None:
        self._shown = content
        self.setAccessibleName(content.text)
        self._button.setText(content.label)
        self._button.setAccessibleName(content.label)
        self._button.setVisible(bool(content.label))
        self._keys.setEnabled(content.can_undo and not self._is_key_taken)
        self._leaves.start(content.stays_ms)
        self._place()  # before it is seen: it counts as pointed at where it comes up
        self.show()
        self.raise_()
        self.said.emit(content.text)

    def _place(self) -> None:
        """Place the toast, its text cut to the room; all of it is the name."""
        bar, free_from = (self._place_of(one) for one in (self._bar, self._free_from))
        self._label.setMinimumHeight(self._button.sizeHint().height())  # as high without a button
        self.adjustSize()
        left, top = APART, bar.top() - ABOVE - self.height()
        strip = QRect(left, top, bar.width() - 2 * APART, self.height())
        inside = (one for one in self._window.findChildren(QDialog) if not one.isWindow())
        if any(one.isVisible() and strip.intersects(self._place_of(one)) for one in inside):
            left = APART if self._free_from.isHidden() else free_from.right() + GAP
            top = bar.top() - ABOVE + (bar.height() + ABOVE - self.height()) // 2
        room = bar.width() - APART - left - MARGINS.left() - MARGINS.right()
        if not self._button.isHidden():
            room -= self._button.sizeHint().width() + GAP
        whole = self.accessibleName()
        cut = self._label.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room)
        self._label.setText(cut)
        self._label.setToolTip(plain_tip(whole) if cut != whole else "")
        self.adjustSize()
        self.move(bar.right() + 1 - APART - self.width(), top)

    def _place_of(self, part: QWidget) -> QRect:
        return QRect(part.mapTo(self._window, QPoint()), part.size())

    def _act(self) -> None:
        content, self._waiting = self._shown, None  # what waited may be untrue now
        self._go_on()
        if content is not None:
            content.call()

    def _leave(self) -> None:
        """Hide the toast when its time is over, unless somebody is about to press its button."""
        if self._is_aimed_at() and not (self._shown and self._shown.is_exact):
            self._leaves.start(STAYS_MS)
        else:
            self._go_on()

    def _is_aimed_at(self) -> bool:
        return self.underMouse() or self._button.hasFocus()

    def _go_on(self) -> None:
        self._leaves.stop()
        self._keys.setEnabled(False)
        self._shown = None
        self.hide()
        if self._waiting is not None:
            content, self._waiting = self._waiting, None
            self._show(content)

    # -- Qt ----------------------------------------------------------------------------------

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self.isVisible() and event.type() in _MOVED:
            self.place_again.trigger()
        return False
