"""What is saved of logins for the host of a question, and whether this one is to be saved."""

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from enigma_panel.core.logins import LoginHost, LoginOffers, SavedLogin
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.logins import Logins
from enigma_panel.store.keychain import NO_PLACE
from enigma_panel.ui.text.logins import (
    alike_text,
    domain_label,
    fault_text,
    fill_label,
    remember_label,
    source_text,
)
from enigma_panel.ui.widgets.basics import make_button, make_column, make_label
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.keychain_wait import KeychainWait

MOST_OFFERED = 5


class SavedLogins(QWidget):
    """Buttons that fill in a saved login; nothing is sent by itself.

    remember: a box that has the login saved, for the form to place. filled: brings the login and
    its password. resized: another row came or went.
    """

    filled = Signal(object, str)
    resized = Signal()

    def __init__(self, logins: Logins, place: LoginHost, scope: TaskScope) -> None:
        super().__init__()
        self._logins = logins
        self._place = place
        self._offered = LoginOffers()
        self.buttons: list[QPushButton] = []
        self._buttons = QWidget()
        self._flow = FlowLayout()
        self._buttons.setLayout(self._flow)
        self.source = make_label(role="dim", wrap=True)
        self.wait = KeychainWait(scope, lambda: logins.where)
        self.remember = QCheckBox()
        self._build()
        self._connect()

    def is_empty(self) -> bool:
        """Whether there is nothing to fill in and nothing to say."""
        return not self.buttons and not self.wait.news.text()

    def is_to_be_remembered(self) -> bool:
        """Whether the person wants the login saved."""
        return self.remember.isChecked()  # while the answer is on its way it is not enabled

    def save(self, account: str, password: str) -> None:
        """Save this login for the host."""
        self._logins.remember(self._place.host, account, password)

    def give_up(self) -> None:
        """Nobody waits for the keychain any more."""
        self.wait.give_up()

    def _build(self) -> None:
        self.setLayout(make_column(self._buttons, self.source, self.wait, gap=6))
        self.source.setText(source_text(self._place.host))
        self.remember.setVisible(self._place.is_plain)
        self._show_offers()
        self._show_where()

    def _connect(self) -> None:
        self.wait.resized.connect(self.resized)
        self._logins.changed.connect(self._show_offers)
        self._logins.changed.connect(self._show_where)
        self._logins.find_where()

    # -- what is shown -------------------------------------------------------------------------

    def _show_offers(self) -> None:
        """In the order of the first time: the one used last would move under the pointer."""
        offers = self._logins.offers(self._place)
        order = [(one.host, one.account) for one in self._offered.logins]
        logins = sorted(offers.logins, key=lambda one: _place_in(order, (one.host, one.account)))
        offers = replace(offers, logins=tuple(logins))
        if offers == self._offered and self.buttons:
            return
        self._offered = offers
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.deleteLater()
        fills, widens = offers.logins[:MOST_OFFERED], offers.on_domain[:1]
        self.buttons = [self._button(fill_label(one), one, self._fill) for one in fills]
        use = self._logins.use_on_domain
        self.buttons += [self._button(domain_label(one), one, use) for one in widens]
        self._buttons.setVisible(bool(self.buttons))
        self.source.setVisible(bool(self.buttons))
        if not self.wait.is_waiting:
            self.wait.say(alike_text(self._place.host, offers.alike) if offers.alike else "")

    def _button(
        self, label: str, login: SavedLogin, act: Callable[[SavedLogin], None]
    ) -> QPushButton:
        button = make_button(label.replace("&", "&&"), "chip")
        button.setAccessibleName(label)
        button.setAccessibleDescription(self.source.text())
        button.clicked.connect(lambda: act(login))
        self._flow.addWidget(button)
        return button

    def _show_where(self) -> None:
        where = self._logins.where
        self.remember.setText(remember_label(self._place.host, where))
        self.remember.setEnabled(where != NO_PLACE)

    # -- the keychain --------------------------------------------------------------------------

    def _fill(self, login: SavedLogin) -> None:
        if not self.wait.is_waiting:
            self.wait.begin(self._ask(login))

    async def _ask(self, login: SavedLogin) -> None:
        result = await self._logins.password(login)  # cancelled, none of this is there any more
        if result.fault is not None:
            self.wait.end(fault_text(result.fault, result.where or self._logins.where))
        else:
            self.wait.end()
            self.filled.emit(login, result.password)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.give_up()


def _place_in(order: list[tuple[str, str]], login: tuple[str, str]) -> int:
    return order.index(login) if login in order else len(order)
