"""The top bar: New task, the strip of the open question, the money, the menu."""

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.main_window.money_figure import MoneyFigure
from enigma_panel.ui.questions.strip import QuestionStrip
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.action_button import action_button, icon_button
from enigma_panel.ui.widgets.basics import make_button, make_row, set_role

tr = Translations("Main window")

HEIGHT, SIDE = 52, 16
GAP, NARROW_GAP, NARROW = 16, 4, 800
"""Distance of its parts, and in a window that is narrower than that."""
FEW_WORDS = 1000
"""A narrower window says in fewer words what today cost; with the usual font."""


class TopBar(QFrame):
    """The bar above all cards; sheets leave it usable, and the strip alone gives way.

    use_account: leaves the demo, None outside it.
    """

    def __init__(
        self,
        strip: QuestionStrip,
        money: MoneyFigure,
        *,
        new_task: QAction,
        menu: QAction,
        use_account: QAction | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self.setFixedHeight(theme.line_height(HEIGHT))
        self.setAccessibleName(tr("Top bar"))
        self._menu = menu
        self._money = money
        self.menu_button = icon_button(menu)
        demo = () if use_account is None else (_demo_chip(use_account),)
        self._start = action_button(new_task, "primary")
        self._start.setIconSize(QSize(20, 16))
        self._row = make_row(self._start, strip, None, *demo, money, self.menu_button, gap=GAP)
        self._row.setContentsMargins(SIDE, 0, SIDE, 0)
        self.setLayout(self._row)
        theme.changed().connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        colours = theme.colours()
        self._start.setIcon(icons.icon(Glyph.PLUS, colours.on_accent, gap=4))
        self._menu.setIcon(icons.icon(Glyph.MENU, colours.text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._money.set_narrow(self.width() < theme.scaled(FEW_WORDS))
        self._row.setSpacing(GAP if self.width() >= NARROW else NARROW_GAP)


def _demo_chip(use_account: QAction) -> QPushButton:
    """Return the chip that says that nothing is real, and leads to the person's own account."""
    chip = make_button(tr("Demo"), "chip")
    words = tr("Nothing here is real or costs money.")
    chip.setToolTip(words)
    menu = QMenu(chip)
    menu.addAction(words).setEnabled(False)
    menu.addAction(use_account)
    below = QPoint(0, 4)
    chip.clicked.connect(lambda: menu.popup(chip.mapToGlobal(chip.rect().bottomLeft() + below)))
    return chip
