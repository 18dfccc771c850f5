"""What keys do on the radio buttons of an answer, and in the fields on their cards."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QRadioButton, QWidget


class RadioKeys(QObject):
    """Arrows choose the next one or the one before, digits the one of that number.

    entered: Enter on a button that is chosen and has a field, as in the field itself.
    """

    entered = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._buttons: list[QRadioButton] = []
        self._places: dict[QObject, int] = {}

    def watch(self, button: QRadioButton, field: QWidget | None = None) -> None:
        """The next button, with its field if it has one."""
        for part in filter(None, (button, field)):
            self._places[part] = len(self._buttons)
            part.installEventFilter(self)
        self._buttons.append(button)

    def _press(self, part: QObject, event: QKeyEvent) -> bool:
        at, is_button = self._places[part], isinstance(part, QRadioButton)
        match event.key():
            case Qt.Key.Key_Down:
                return self._choose(at + 1)
            case Qt.Key.Key_Up:
                return self._choose(at - 1)
            case Qt.Key.Key_Right if is_button:
                return self._choose(at + 1)
            case Qt.Key.Key_Left if is_button:
                return self._choose(at - 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if is_button:
                has_field = list(self._places.values()).count(at) > 1
                if has_field and self._buttons[at].isChecked() and not event.isAutoRepeat():
                    self.entered.emit()
                return has_field
            case digit if is_button and Qt.Key.Key_1 <= digit <= Qt.Key.Key_9:
                return self._choose(digit - Qt.Key.Key_1)
        return False

    def _choose(self, at: int) -> bool:
        if 0 <= at < len(self._buttons):
            self._buttons[at].setFocus(Qt.FocusReason.TabFocusReason)
            self._buttons[at].click()  # its field, if there is one, is next
        return True

    def eventFilter(self, part: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        is_bare = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return is_bare and self._press(part, event)
