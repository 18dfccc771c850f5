"""The addresses that the browser asked while a task ran."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from enigma_panel.core.models import Task
from enigma_panel.ui.details.parts import DetailsPanel
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.widgets.basics import make_button, make_label, make_row, set_role
from enigma_panel.ui.widgets.inputs import ReadingText

tr = Translations("Details")

NETWORK_LINES = 8


class NetworkList(DetailsPanel):
    """The addresses that the browser asked meanwhile; takes no room where there are none."""

    copy_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._addresses: tuple[str, ...] = ()
        self.count = make_label(role="dim")
        self.copy = make_button(tr("Copy addresses"), "link")
        self.lines = ReadingText(NETWORK_LINES)
        self.lines.setAccessibleName(tr("Network addresses"))
        set_role(self.lines, "reading")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        heading = make_label(tr("Network"), "heading")
        column.addLayout(make_row(heading, self.count, None, self.copy))
        column.addWidget(self.lines)
        self.copy.clicked.connect(lambda: self.copy_asked.emit("\n".join(self._addresses)))
        self.hide()

    def show_task(self, task: Task | None) -> None:
        """Show the addresses of this task, a line each."""
        addresses = task.network if task is not None else ()
        if addresses != self._addresses:
            self._addresses = addresses
            self.count.setText(tr.plural("{n} address", "{n} addresses", len(addresses)))
            self.lines.setPlainText("\n".join(map(shorten, addresses)))
            self.lines.fit()
        self.setVisible(bool(addresses))
