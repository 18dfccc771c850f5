"""The sheet *About*: which program this is, where its data is, and the licences."""

import platform

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QWidget

from enigma_panel import __version__, licences
from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import make_label, set_role
from enigma_panel.ui.widgets.dialog import Sheet
from enigma_panel.ui.widgets.inputs import ReadingText

tr = Translations("Menu")

LINES = 20
"""How high the text stands at most."""


class AboutDialog(Sheet):
    """The sheet *About*; its text can be selected by mouse and keyboard."""

    def __init__(self, parent: QWidget | None, services: Services) -> None:
        super().__init__(tr("About"), parent, width=640)
        self.title = make_label("Enigma Control Panel", "title")
        self.text = ReadingText(LINES)
        set_role(self.text, "document")
        self.text.setAccessibleName(tr("Version and licences"))
        self.text.show_text("\n".join([*_lines(services), "", licences.text().rstrip()]))
        for part in (self.title, self.text):
            self.body.addWidget(part)

    def ask(self) -> None:
        self.present()


def _lines(services: Services) -> list[str]:
    lines = [
        tr("Version {version}", version=__version__),
        tr(
            "Qt {qt}, Python {python}, {system}",
            qt=qVersion(),
            python=platform.python_version(),
            system=platform.system(),
        ),
    ]
    if not services.demo:  # its folder goes with it
        lines.append(tr("Data folder: {path}", path=services.keep_folder))
    return lines
