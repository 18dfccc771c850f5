"""The setting of the tray: whether closing the window hides it."""

from PySide6.QtWidgets import QCheckBox, QWidget

from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import make_column, make_label

tr = Translations("Tray")


class TraySettings(QWidget):
    """A check box and what it means. Changes hold at once."""

    def __init__(self, settings: SettingsBook) -> None:
        super().__init__()
        self._settings = settings
        self.keep_in_tray = QCheckBox(tr("Keep running in the tray"))
        note = tr("Closing the window hides it while a browser is open.")
        self.keep_in_tray.setAccessibleDescription(note)
        label = make_label(note, "dim", wrap=True)
        label.setIndent(26)
        layout = make_column(self.keep_in_tray, label)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)
        self.keep_in_tray.toggled.connect(self._change)
        settings.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self.keep_in_tray.setChecked(self._settings.value.keep_in_tray)

    def _change(self, on: bool) -> None:
        if self._settings.value.keep_in_tray != on:
            self._settings.change(keep_in_tray=on)
