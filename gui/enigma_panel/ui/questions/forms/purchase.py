"""A purchase: approved up to an amount, or declined. A bare yes would be a blank cheque."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.core.questions.amounts import (
    amount_in,
    currency_in,
    sum_written,
    total_in,
    written,
)
from enigma_panel.core.questions.kinds import DECLINE_TEXT, approval_text
from enigma_panel.ui.i18n import Translations, read_number
from enigma_panel.ui.questions.forms.choices import ChoicesPage
from enigma_panel.ui.questions.forms.page import Asking
from enigma_panel.ui.widgets.basics import make_label

tr = Translations("Questions")


class PurchasePage(ChoicesPage):
    """The amount is the total that the question names; where that is in doubt it is typed."""

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self._currency = currency_in(asking.question.text)
        self.total = total_in(asking.question.text)
        self._add_approval()
        left = tr("Leaves the cart as it is and reports what it found.")
        self.decline = self.add_choice(tr("Don't buy, carry on"), DECLINE_TEXT, left)
        self.add_field_choice(tr("Other answer"), tr("Other answer"), str)
        self._approved_today = asking.approved_today
        self._approved = make_label(role="dim")
        self.add_row(self._approved)
        self._show_approved()

    def first_field(self) -> QWidget:
        """*Don't buy*: the ring of the focus around *Approve* looks as if that were chosen."""
        return self.decline

    def used(self) -> str:
        """The amount that is allowed."""
        chosen = self.chosen()
        if chosen is None or chosen.button is not self.approve:
            return ""
        return self._amount() if self.total is None else self.total.text

    def field_mistake(self) -> str:
        chosen = self.chosen()
        if chosen is not None and chosen.button is not self.approve:
            return super().field_mistake()
        return tr("Enter the amount, for example 49.99.")

    def showEvent(self, event: QShowEvent) -> None:
        self._show_approved()
        super().showEvent(event)

    def _show_approved(self) -> None:
        amounts = self._approved_today()
        self._approved.setText(tr("Approved today: {sum}", sum=sum_written(amounts)))
        self._approved.setVisible(bool(amounts))

    def _add_approval(self) -> None:
        if self.total is not None:
            label = tr("Approve up to {amount}", amount=self.total.text)
            asks_again = tr("The agent is told to ask again if it costs more.")
            self.approve = self.add_choice(label, approval_text(self.total.text), asks_again)
            return
        self.approve, self.amount = self.add_field_choice(
            tr("Approve up to this amount"), tr("Amount"), self._approval
        )
        self.amount.setPlaceholderText(tr("Amount"))

    def _approval(self, _typed: str) -> str:
        amount = self._amount()
        return approval_text(amount) if amount else ""

    def _amount(self) -> str:
        """Return the amount as typed, with the question's currency where it has none; "" where it
        is no amount."""
        typed = self.amount.text().strip()
        if amount_in(typed) is not None:
            return typed
        number = read_number(typed)
        return written(number, self._currency) if number else ""
