"""What all pages of the settings that change their size have in common."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class SettingsPage(QWidget):
    """A page, or a part of one. grown: it may need more room than before."""

    grown = Signal()
