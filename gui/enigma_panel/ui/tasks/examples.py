"""Three tasks to try, in the place of an empty table of the demo."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from enigma_panel.core.models import TaskSpec
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import make_button, make_label

tr = Translations("Tasks")

GAP = 4


def example_tasks() -> tuple[TaskSpec, ...]:
    """Return a task that brings a result, one that asks for a login, one that asks before it buys.

    The simulator recognizes them by single words, so these are not translated.
    """
    return (
        TaskSpec(text="Find the price of the MX Keys keyboard at shop.example"),
        TaskSpec(text="Log in to mail.example and count the new messages"),
        TaskSpec(text="Buy the cheapest USB-C hub at shop.example"),
    )


class ExampleTasks(QWidget):
    """The example tasks, a button each. chosen: a task, which nothing has started yet."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Examples"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 8, 24, 8)
        column.setSpacing(GAP)
        column.addStretch(1)
        centre = Qt.AlignmentFlag.AlignHCenter
        head = make_label(tr("No tasks yet. Try one of these:"), "dim")
        column.addWidget(head, 0, centre)
        for spec in example_tasks():
            button = make_button(spec.text, "link")
            button.setToolTip(tr("Opens New task with these words."))
            button.clicked.connect(lambda _checked=False, spec=spec: self.chosen.emit(spec))
            column.addWidget(button, 0, centre)
        column.addStretch(1)
