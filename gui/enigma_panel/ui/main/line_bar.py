"""The bar above the Tasks table: what the line waits for, and what lets it go on."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from enigma_panel.ui.dialogs.parts import make_button, make_label, make_row, set_role
from enigma_panel.ui.icons import Glyph
from enigma_panel.ui.main.line_bar_words import (
    QueueBarAction,
    QueueBarText,
    QueueState,
    concerned,
    queue_bar_action_label,
    queue_bar_text,
    remove_all_question,
    remove_all_text,
)
from enigma_panel.ui.main.strip import GlyphLabel
from enigma_panel.ui.status_words import Severity
from enigma_panel.ui.words import tr

NOTHING = QueueBarText(text="")
HEIGHT = 38
"""With buttons and without, so that rows below stay where they are."""


class QueueBar(QFrame):
    """Hidden while the rows say it all. Remove all asks in its place, once, about what it names.

    state: reads the line. While somebody aims at a row below, the bar neither comes nor goes: that
    would move the row away.
    """

    taken = Signal(object)
    remove_asked = Signal(object)

    def __init__(self, state: Callable[[], QueueState], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._is_held = False
        self._asked: tuple[int, ...] = ()
        self._sign = GlyphLabel(Glyph.RING, Severity.DIM)
        self._text = make_label(wrap=True)
        self._offers = {
            offer: make_button(queue_bar_action_label(offer)) for offer in QueueBarAction
        }
        self._yes = make_button("", "danger")
        self._keep = make_button(tr("Keep them"))
        self._build()
        self.hide()

    def refresh(self) -> None:
        """Say it as it is now."""
        state = self._state()
        words = queue_bar_text(state) or NOTHING
        queued = {entry.task_key for entry in state.entries}
        self._asked = tuple(key for key in self._asked if key in queued)
        is_needed = bool(words.text or self._asked)
        if not (self._is_held and is_needed is self.isHidden()):
            self._show(words)
            self.setVisible(is_needed)

    def set_pointer_inside(self, held: bool) -> None:
        """Somebody aims at a row of the table below, or does no longer."""
        self._is_held = held
        if not held:
            self.refresh()

    # -- inside ------------------------------------------------------------------------------

    def _build(self) -> None:
        set_role(self, "plain")
        self.setAccessibleName(tr("Line"))
        row = make_row(self._sign, self._text, *self._offers.values(), self._yes, self._keep)
        row.setStretch(1, 1)
        row.setContentsMargins(12, 4, 12, 4)
        self.setMinimumHeight(HEIGHT)
        self.setLayout(row)
        for offer, button in self._offers.items():
            button.clicked.connect(lambda _=False, offer=offer: self._take(offer))
        self._yes.clicked.connect(self._remove)
        self._keep.clicked.connect(self._stop_asking)

    def _show(self, words: QueueBarText) -> None:
        asks = bool(self._asked)
        text = remove_all_question(len(self._asked)) if asks else words.text
        if self._text.text() != text:
            self._text.setText(text)
            self._text.setAccessibleName(text)
        set_role(self._text, "" if words.grave or asks else "dim")
        self._sign.show_glyph(
            Glyph.BANG if words.grave else Glyph.RING,
            Severity.AMBER if words.grave else Severity.DIM,
        )
        self._yes.setText(remove_all_text(len(self._asked)))
        self._yes.setAccessibleName(self._yes.text())
        for offer, button in self._offers.items():
            button.setVisible(offer in words.actions and not asks)
        for button in (self._yes, self._keep):
            button.setVisible(asks)

    def _take(self, offer: QueueBarAction) -> None:
        if offer is QueueBarAction.REMOVE_ALL:
            self._ask(concerned(self._state()))
        else:
            self.taken.emit(offer)

    def _ask(self, keys: Sequence[int]) -> None:
        """The two answers stand so that a second click on Remove all meets "Keep them"."""
        self._asked = tuple(keys)
        self.refresh()
        self._keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self) -> None:
        keys, self._asked = self._asked, ()
        self.refresh()
        if keys:
            self.remove_asked.emit(list(keys))

    def _stop_asking(self) -> None:
        self._asked = ()
        self.refresh()
        self._offers[QueueBarAction.REMOVE_ALL].setFocus(Qt.FocusReason.OtherFocusReason)

    # -- Qt ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._asked:
            self._stop_asking()
            return
        super().keyPressEvent(event)
