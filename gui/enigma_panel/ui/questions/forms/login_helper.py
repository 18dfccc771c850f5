"""The place in the form of a login for a feature that fills it in."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget


class LoginHelper(QWidget):
    """Offers accounts for the site of a question, above the fields of its login.

    filled: the person chose an account; it comes with its password, and the form sends nothing.
    resized: it needs more room now, or less. remember: the box that has the typed login
    remembered, which the form puts below the fields.
    """

    filled = Signal(str, str)
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.remember = QCheckBox()

    def is_empty(self) -> bool:
        """Whether there is nothing to choose and nothing to say."""
        raise NotImplementedError

    def note_sent(self, account: str, password: str) -> None:
        """The login is being sent: remember it where the person wants that."""
        raise NotImplementedError

    def give_up(self) -> None:
        """Bring no account any more that was asked for."""
        raise NotImplementedError
