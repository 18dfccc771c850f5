"""The sheet *About*: which program this is, where its data is, and the licences."""

import platform

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QWidget

from enigma_panel import __version__, licences
from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import make_label
from enigma_panel.ui.widgets.inputs import TextEdit, make_readable
from enigma_panel.ui.widgets.sheet import Sheet

tr = Translations("Menu")

LINES = 16
"""How high the licences stand at most."""


class AboutDialog(Sheet):
    """The sheet *About*; its texts can be selected by mouse and keyboard."""

    def __init__(self, parent: QWidget | None, services: Services) -> None:
        super().__init__(tr("About"), parent, width=640)
        self.title = make_label("Enigma Control Panel", "title")
        self.text = make_label("\n".join(_lines(services)), wrap=True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        text = licences.text()
        self.licences = TextEdit(min(LINES, text.count("\n")))
        make_readable(self.licences)
        self.licences.setAccessibleName(tr("Licences"))
        self.licences.setPlainText(text)
        for part in (self.title, self.text, self.licences):
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
