"""The menu of *Remind me*: when to come back to a question."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from enigma_panel.core.escalation import LAST_CALL_MS
from enigma_panel.services.questions.reminders import Reminder
from enigma_panel.ui.i18n import Translations

tr = Translations("Questions")

_LABELS: dict[Reminder, Callable[[], str]] = {
    Reminder.IN_1_MINUTE: lambda: tr("In 1 minute"),
    Reminder.IN_2_MINUTES: lambda: tr("In 2 minutes"),
    Reminder.AT_LAST_CALL: lambda: tr("At the last call"),
}


def can_remind(reminder: Reminder, left_ms: int | None) -> bool:
    """Whether that comes before the last call, which comes by itself. left_ms: until its end, None
    where nobody knows."""
    if left_ms is None:
        return reminder is not Reminder.AT_LAST_CALL
    return left_ms > LAST_CALL_MS + reminder.value


class RemindMenu(QMenu):
    """wanted: the Reminder that was chosen."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Remind me"))

    def show_below(self, button: QWidget, left_ms: int | None) -> None:
        """Pop up, and return at once."""
        self.clear()
        for reminder, label in _LABELS.items():
            action = self.addAction(label())
            action.setEnabled(can_remind(reminder, left_ms))
            action.triggered.connect(lambda _=False, reminder=reminder: self.wanted.emit(reminder))
        self.popup(button.mapToGlobal(button.rect().bottomLeft()))
