"""The line of *New task* that says what the tasks may cost."""

from collections.abc import Sequence
from functools import partial
from html import escape

from PySide6.QtCore import Qt

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.validation import site_of
from enigma_panel.services.container import Services
from enigma_panel.ui.new_task.text import price_text
from enigma_panel.ui.text.money import spoken_money
from enigma_panel.ui.widgets.basics import WrappedLabel
from enigma_panel.ui.widgets.dialog import EDGE, PADDING


class PriceLabel(WrappedLabel):
    """The line; the price itself is bold."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setContentsMargins(PADDING, 0, PADDING, EDGE)

    def show_price(
        self, specs: Sequence[TaskSpec], *, in_new: bool, single: bool, stays_ms: int | None
    ) -> None:
        """Show the price of these tasks; the parameters are those of `price_text`."""
        price = partial(
            price_text,
            self._services,
            len(specs),
            in_new=in_new,
            single=single,
            stays_ms=stays_ms,
            site=site_of(specs[0]),
        )
        self.setText(price(mark=lambda text: f"<b>{escape(text)}</b>"))
        self.setAccessibleName(price(mark=spoken_money))
