"""One calm line above the tables for what no row says; it takes no focus and can be dismissed."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from enigma_panel.ui import icons, theme
from enigma_panel.ui.dialogs.parts import make_button, make_label, make_row, set_role
from enigma_panel.ui.icons import Glyph
from enigma_panel.ui.main.notice_words import Offer, Said, offer_words
from enigma_panel.ui.main.strip import Sign
from enigma_panel.ui.status_words import Tone
from enigma_panel.ui.words import tr

KEPT = 20


class Notices(QFrame):
    """The newest notice is shown; dismissing it brings back the one before."""

    taken = Signal(object, object)
    dismissed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: list[Said] = []
        self._sign = Sign(Glyph.BANG, Tone.AMBER)
        self._text = make_label(wrap=True)
        self._more = make_label(role="dim")
        self._offers: list[QPushButton] = []
        self._close = QToolButton()
        self._row: QHBoxLayout = make_row(self._sign, self._text, self._more, self._close)
        self._build()
        self.hide()

    def say(self, said: Said) -> None:
        """Add a line; one that is already there comes to the front."""
        if said in self._said:
            self._said.remove(said)
        self._said.append(said)
        del self._said[:-KEPT]
        self._show()

    def drop(self, said: Said) -> None:
        """Take a line back that is true no more."""
        if said in self._said:
            self._said.remove(said)
            self._show()

    def lines(self) -> list[str]:
        """All that is being said, newest last."""
        return [said.text for said in self._said]

    def _build(self) -> None:
        set_role(self, "notice")
        self.setAccessibleName(tr("Notice"))
        self._row.setContentsMargins(12, 6, 6, 6)
        self._row.setStretch(1, 1)
        self.setLayout(self._row)
        self._close.setAccessibleName(tr("Dismiss"))
        self._close.setToolTip(tr("Dismiss"))
        set_role(self._close, "plain")
        self._close.clicked.connect(self._dismiss)
        theme.changed().connect(self._tint)
        self._tint()

    def _dismiss(self) -> None:
        if self._said:
            said = self._said.pop()
            self._show()
            self.dismissed.emit(said)

    def _show(self) -> None:
        self.setVisible(bool(self._said))
        if not self._said:
            return
        said = self._said[-1]
        self._text.setText(said.text)
        self._text.setAccessibleName(said.text)
        self._sign.setVisible(said.grave)
        more = len(self._said) - 1
        self._more.setText(tr("and {n} more", n=more))
        self._more.setVisible(more > 0)
        self._show_offers(said)

    def _show_offers(self, said: Said) -> None:
        for button in self._offers:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._offers = [self._offer(said, offer) for offer in said.offers]
        for place, button in enumerate(self._offers):
            self._row.insertWidget(3 + place, button)
            button.show()

    def _offer(self, said: Said, offer: Offer) -> QPushButton:
        button = make_button(offer_words(offer))
        button.clicked.connect(lambda _checked=False: self._take(said, offer))
        return button

    def _take(self, said: Said, offer: Offer) -> None:
        self.drop(said)
        self.taken.emit(said, offer)

    def _tint(self) -> None:
        self._close.setIcon(icons.icon(Glyph.CLOSE, QColor(theme.colours().dim)))
