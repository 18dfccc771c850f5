"""What a question for a login offers: the saved logins of its host, and a box to save another."""

from textwrap import wrap

from msgspec.structs import replace
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QPushButton,
    QRadioButton,
    QWidget,
)

from enigma_panel.features.saved_logins.keychain_wait import KeychainWait
from enigma_panel.features.saved_logins.logins import Logins
from enigma_panel.features.saved_logins.offers import LoginHost, another_site
from enigma_panel.features.saved_logins.settings import SavedLogin
from enigma_panel.features.saved_logins.text import (
    NAME_CHARS,
    another_site_text,
    choose_text,
    fault_text,
    fill_label,
    fill_text,
    remember_label,
    saved_text,
    source_text,
)
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.store.keychain import NO_PLACE
from enigma_panel.ui.i18n import shorten
from enigma_panel.ui.questions.forms.login_helper import LoginHelper
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    NoticeLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.glyph_label import GlyphLabel

MOST_OFFERED, LINE_CHARS = 10, 40


class SavedLogins(LoginHelper):
    """Buttons that fill in a saved login, and a box that has the login saved.

    choices: the sites that the login may be for, where the task leaves a doubt; nothing is filled
    in or saved before one is chosen. warning: the question names another site.
    """

    def __init__(self, logins: Logins, place: LoginHost, scope: TaskScope, question: str) -> None:
        super().__init__()
        self._logins = logins
        self._place = place
        self._question = question
        self._offered: list[SavedLogin] = []
        self.choices = [QRadioButton(host) for host in place.choices]
        self._group = QButtonGroup(self)
        self.warning = NoticeLabel()
        self.buttons: list[QPushButton] = []
        self._offers: list[QWidget] = []
        self._buttons = QWidget()
        self._column = make_column(gap=4)
        self._buttons.setLayout(self._column)
        self.source = ElidedLabel("dim", lines=3)
        self.wait = KeychainWait(scope, lambda: logins.where)
        self._build()
        self._connect()

    def is_empty(self) -> bool:
        return not (self.choices or self.buttons or self.wait.news.text())

    def note_sent(self, account: str, password: str) -> None:
        self.give_up()
        # The box is not enabled while the answer is on its way. Without a host nothing is saved.
        if self.remember.isChecked() and self._place.host:
            self._logins.remember(self._place.host, account, password)

    def give_up(self) -> None:
        self.wait.give_up()

    def _build(self) -> None:
        chooser = self._build_chooser()
        parts = (chooser, self.warning, self._buttons, self.source, self.wait)
        self.setLayout(make_column(*parts, gap=6))
        chooser.setVisible(bool(self.choices))
        if self.choices or not self._place.is_plain:
            self.remember.hide()
        self._show_place()

    def _build_chooser(self) -> QWidget:
        chooser, hosts, flow = QWidget(), QWidget(), FlowLayout()
        for button in self.choices:
            self._group.addButton(button)
            flow.addWidget(button)
        hosts.setLayout(flow)
        chooser.setLayout(make_column(make_label(choose_text()), hosts, gap=6))
        return chooser

    def _connect(self) -> None:
        self._group.buttonToggled.connect(self._choose)
        self.wait.resized.connect(self.resized)
        self._logins.changed.connect(self._show_offers)
        self._logins.changed.connect(self._show_where)
        self._logins.find_where()

    def _choose(self, button: QAbstractButton, is_chosen: bool) -> None:
        if not is_chosen:
            return
        self.give_up()  # what was asked for, or ticked, was for another site
        self.remember.setChecked(False)
        self.remember.show()
        self._place = replace(self._place, host=button.text())
        self._show_place()
        self.resized.emit()

    # -- what is shown -------------------------------------------------------------------------

    def _show_place(self) -> None:
        """The site as it is known or chosen."""
        choices = self._place.choices
        host = self._place.host or (choices[0] if len(choices) == 1 else "")
        other = another_site(self._question, host) if host else ""
        self.warning.show_text(another_site_text(other, host) if other else "", "amber")
        self.source.show_text(source_text(self._place.host))
        self._show_offers()
        self._show_where()

    def _show_offers(self) -> None:
        offers = self._logins.offers(self._place)
        if offers == self._offered and self.buttons:
            return
        self._offered = offers
        for offer in self._offers:
            self._column.removeWidget(offer)
            offer.deleteLater()
        fills = offers[:MOST_OFFERED]
        self.buttons = [self._button(one) for one in fills]
        self._saved = [ElidedLabel("dim") for _ in fills]
        self._offers = [
            _in_card(*one) for one in zip(fills, self.buttons, self._saved, strict=True)
        ]
        for offer in self._offers:
            self._column.addWidget(offer)
        self._buttons.setVisible(bool(self.buttons))
        self.source.setVisible(bool(self.buttons))
        if not self.wait.is_waiting:
            self.wait.say("")

    def _button(self, login: SavedLogin) -> QPushButton:
        button = make_button(fill_text())
        button.setProperty("small", "true")
        button.setAccessibleName(fill_label(login))
        button.setAccessibleDescription(self.source.text())
        button.clicked.connect(lambda: self._fill(login))
        return button

    def _show_where(self) -> None:
        where = self._logins.where
        label = remember_label(self._place.host, where)
        self.remember.setText("\n".join(wrap(label, LINE_CHARS)))
        self.remember.setAccessibleName(label)
        self.remember.setEnabled(where != NO_PLACE)
        for saved in self._saved:
            saved.show_text(saved_text(where))

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
            self.filled.emit(login.account, result.password)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.give_up()


def _in_card(login: SavedLogin, button: QPushButton, saved: QWidget) -> QFrame:
    card, texts, account = QFrame(), QWidget(), ElidedLabel()
    account.show_text(shorten(login.account, NAME_CHARS))
    texts.setLayout(make_column(account, saved, gap=4))
    row = make_row(GlyphLabel(Glyph.KEY, Severity.MARK, 16), texts, button, gap=12)
    row.setContentsMargins(12, 8, 8, 8)
    row.setStretch(1, 1)
    set_role(card, "offer")
    card.setLayout(row)
    return card
