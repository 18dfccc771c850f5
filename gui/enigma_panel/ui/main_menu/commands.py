"""The palette *Commands*: what can be done now, found by its words and run by Enter."""

from collections.abc import Container, Iterator

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QApplication, QTreeWidgetItem, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.main_menu.command_list import CommandList, GetGroups
from enigma_panel.ui.widgets.actions import keys_text
from enigma_panel.ui.widgets.basics import make_label
from enigma_panel.ui.widgets.dialog import Sheet
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Menu")

MOST_LINES = 8
_MOVES = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


class CommandPalette(Sheet):
    """A field, and the first lines that have its words. without: actions without sense here."""

    def __init__(
        self, parent: QWidget | None, groups: GetGroups, without: Container[QAction]
    ) -> None:
        super().__init__(tr("Commands"), parent)
        self._groups = groups
        self._without = without
        self._commands: list[tuple[QAction, str]] = []
        self._shown: list[QAction] = []
        self.list = CommandList(tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.field = _CommandField(self.list)
        self.nothing = make_label(tr("Nothing found"), "dim")
        for widget in (self.field, self.list, self.nothing):
            self.body.addWidget(widget)
        self.field.textChanged.connect(self._show_matching)
        self.field.returnPressed.connect(self._run_current)
        self.list.itemClicked.connect(self._run)
        self.list.currentItemChanged.connect(self._speak)

    def ask(self) -> None:
        self._commands = list(self._collect())
        self.field.clear()
        self._show_matching()
        self.present(self.field)

    def _collect(self) -> Iterator[tuple[QAction, str]]:
        """Yield each possible action once, with what it is about."""
        seen: set[str] = set()
        for group in self._groups():
            for action in group.actions:
                is_new = action.text() not in seen and action not in self._without
                if is_new and action.isVisible() and action.isEnabled() and action.text():
                    seen.add(action.text())
                    yield action, group.subject

    def _show_matching(self) -> None:
        typed = self.field.text().casefold()
        found = [one for one in self._commands if _matches(*one, typed.split())]
        found.sort(key=lambda one: not one[0].text().casefold().startswith(typed.strip()))
        self._shown = [action for action, _subject in found[:MOST_LINES]]
        self.list.clear()
        for action, subject in found[:MOST_LINES]:
            self.list.add_row(action.text(), keys_text(action.shortcut()), subject)
        self.list.setCurrentIndex(self.list.model().index(0, 0))
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self._speak()
        self.fit()

    def _speak(self) -> None:
        """Describe the current row at the field, which has the focus."""
        row = self.list.currentItem()
        spoken = row.data(0, Qt.ItemDataRole.AccessibleTextRole) if row is not None else None
        self.field.setAccessibleDescription(spoken or self.nothing.text())

    def _run_current(self) -> None:
        row = self.list.currentItem()
        if row is not None:
            self._run(row)

    def _run(self, row: QTreeWidgetItem) -> None:
        """Close, then run the command: it may want the focus, which goes back first."""
        action = self._shown[self.list.indexOfTopLevelItem(row)]
        self.accept()
        QTimer.singleShot(0, action, action.trigger)


class _CommandField(LineEdit):
    """The field for words; arrows move in the list while typing goes on here."""

    def __init__(self, rows: CommandList) -> None:
        super().__init__(enter_moves_on=False)
        self._rows = rows
        self.setAccessibleName(tr("Command"))
        self.setPlaceholderText(tr("Search commands"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES:
            QApplication.sendEvent(self._rows, event)
        else:
            super().keyPressEvent(event)


def _matches(action: QAction, subject: str, words: list[str]) -> bool:
    text = f"{action.text()} {subject} {action.whatsThis()}".casefold()
    return all(word in text for word in words)
