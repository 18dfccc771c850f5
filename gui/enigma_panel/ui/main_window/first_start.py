"""The page of a first start: what the program is, three tasks to try, the way to a key."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from enigma_panel.core.models import TaskSpec
from enigma_panel.services.container import Services
from enigma_panel.services.types import KeyState
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import Button, make_button, make_label, make_row, set_role
from enigma_panel.ui.widgets.card import Card

tr = Translations("First start")

WIDTH = 528
"""Greatest width of what stands in the middle, in the usual font."""
ARROW, PAD = 16, 16


def demo_tasks() -> tuple[TaskSpec, ...]:
    """Return a task that brings a result, one that asks for a login, one that asks before it buys.

    The simulator recognizes them by single words, so these are not translated.
    """
    return (
        TaskSpec(text="Find the price of the MX Keys keyboard at shop.example"),
        TaskSpec(text="Log in to mail.example and count the new messages"),
        TaskSpec(text="Buy the cheapest USB-C hub at shop.example"),
    )


def real_tasks() -> tuple[TaskSpec, ...]:
    """Return tasks that only read public pages."""
    return (
        TaskSpec(text=tr("List the top five stories at news.ycombinator.com")),
        TaskSpec(text=tr("Look up the Eiffel Tower's height at en.wikipedia.org")),
        TaskSpec(text=tr("Find the opening hours of the British Museum")),
    )


class FirstStart(Card):
    """Stands in the place of tables and Details until there is a task, and never again.

    chosen: a task, which nothing has started yet. key_wanted: the person wants to enter a key.
    """

    chosen = Signal(object)
    key_wanted = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._account = services.account
        self._is_demo = services.demo
        self.key = make_button(tr("Use my account") if services.demo else tr("Enter your API key"))
        self.key.clicked.connect(self.key_wanted)
        self.setAccessibleName(tr("First start"))
        middle = QWidget()
        middle.setMaximumWidth(theme.scaled(WIDTH))
        self.column.addStretch(1)
        row = make_row(None, middle, None)
        row.setStretch(1, 100)  # it is as wide as it may be
        row.setContentsMargins(16, 0, 16, 0)
        self.column.addLayout(row)
        self.column.addStretch(1)
        self._fill(QVBoxLayout(middle))
        services.account.changed.connect(self._follow_account)
        self._follow_account()

    def _fill(self, column: QVBoxLayout) -> None:
        column.setContentsMargins(0, 16, 0, 16)
        column.setSpacing(8)
        what = tr("An AI agent does your task in a cloud browser.")
        column.addWidget(make_label(what, wrap=True))
        column.addWidget(make_label(tr("No tasks yet. Try one of these:"), "sentence"))
        column.addSpacing(4)
        for spec in demo_tasks() if self._is_demo else real_tasks():
            button = ExampleButton(spec.text)
            button.clicked.connect(lambda _checked=False, spec=spec: self.chosen.emit(spec))
            column.addWidget(button)
        column.addSpacing(4)
        note = tr("You see the task first. Only Start costs money.")
        price = tr("The price is not known yet.")
        nothing = tr("Nothing here is real or costs money.")
        words = nothing if self._is_demo else f"{note} {price}"
        foot = make_row(make_label(words, "dim", wrap=True), self.key)
        foot.setStretch(0, 1)
        column.addLayout(foot)

    def _follow_account(self) -> None:
        has_key = self._account.state in {KeyState.LOOKING, KeyState.READY}
        self.key.setVisible(self._is_demo or not has_key)


class ExampleButton(Button):
    """A task to try, with an arrow at its right."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setAutoDefault(False)
        self.setAccessibleName(text)
        set_role(self, "example")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        place = QRectF(self.width() - PAD - ARROW, (self.height() - ARROW) / 2, ARROW, ARROW)
        with QPainter(self) as painter:
            icons.paint(painter, Glyph.CHEVRON, place, QColor(theme.colours().dim))
