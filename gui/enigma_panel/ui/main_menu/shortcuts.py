"""The sheet *Keyboard shortcuts*: each action that has keys, and the keys that are no actions."""

from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.main_menu.command_list import CommandList, GetGroups
from enigma_panel.ui.widgets.actions import keys_text
from enigma_panel.ui.widgets.dialog import PADDING, ROW_INSET, Sheet

tr = Translations("Menu")

StandardKey = QKeySequence.StandardKey
Section = tuple[str, list[tuple[str, str]]]
"""A heading, and what keys do there: words and keys."""


class ShortcutsDialog(Sheet):
    """The sheet, filled anew from the actions each time it is opened."""

    def __init__(self, parent: QWidget | None, groups: GetGroups) -> None:
        super().__init__(tr("Keyboard shortcuts"), parent)
        self._groups = groups
        self.list = _KeyList(tr("Keyboard shortcuts"))
        side = PADDING - ROW_INSET
        self.body.setContentsMargins(side, 0, side, PADDING)
        self.body.addWidget(self.list, 1)

    def ask(self) -> None:
        self.list.clear()
        for group in self._groups():
            rows = [(a.text(), all_keys(a)) for a in group.actions if a.shortcuts()]
            self._add(group.title, rows)
        for title, others in _other_keys():
            self._add(title, others)
        self.present(self.list)

    def _add(self, title: str, rows: list[tuple[str, str]]) -> None:
        if rows:
            self.list.add_heading(title)
        for text, keys in rows:
            self.list.add_row(text, keys)


class _KeyList(CommandList):
    """A list that nothing is chosen in: keys scroll it, and walk unseen for screen readers."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setSelectionMode(CommandList.SelectionMode.NoSelection)
        self.setProperty("unmarked", "true")
        self.setAutoScroll(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.verticalScrollBar().event(event)
        super().keyPressEvent(event)


def all_keys(action: QAction) -> str:
    """Return all keys of an action: 'Ctrl+Z or Alt+Backspace'."""
    return _or(*(keys_text(keys) for keys in action.shortcuts()))


def _or(*keys: str) -> str:
    return tr(" or ").join(keys)


def _other_keys() -> list[Section]:
    """Return the keys that belong to a part of a window and are no actions."""
    return [
        _everywhere(),
        _in_tables(),
        (tr("In Details"), [(tr("Copy what is selected"), _standard(StandardKey.Copy))]),
        _in_a_result(),
        _in_the_filter(),
        _in_a_question(),
        _in_new_task(),
    ]


def _everywhere() -> Section:
    rows = [
        (tr("Go to the next or previous part"), _or("Tab", _native("Shift+Tab"))),
        (tr("Press the focused button"), _or(_native("Enter"), _native("Space"))),
        (tr("Close a dialog without changing anything"), _native("Esc")),
    ]
    return tr("Everywhere"), rows


def _in_tables() -> Section:
    rows = [
        (tr("Select a row"), _or("↑", "↓")),
        (tr("Open its question, next task, result or details"), _native("Enter")),
        (tr("Select several rows"), _or(_native("Shift+Up"), _native("Shift+Down"))),
        (tr("Select all rows"), _standard(StandardKey.SelectAll)),
        (tr("Clear the selection"), _native("Esc")),
        (tr("Copy the cell, or several results"), _standard(StandardKey.Copy)),
        (tr("Open the row's menu"), _or(_native("Menu"), _native("Shift+F10"))),
    ]
    return tr("In Sessions and Tasks"), rows


def _in_a_result() -> Section:
    rows = [
        (tr("Find"), _standard(StandardKey.Find)),
        (tr("Previous or next task"), _or("Alt+↑", "Alt+↓")),
    ]
    return tr("In a result"), rows


def _in_the_filter() -> Section:
    rows = [
        (tr("Clear the filter, then leave it"), _native("Esc")),
        (tr("Go to the first match"), "↓"),
    ]
    return tr("In the filter"), rows


def _in_a_question() -> Section:
    rows = [
        (tr("Send answer"), _native("Ctrl+Enter")),
        (tr("Send answer (in the last single-line field)"), _native("Enter")),
        (tr("Choose an answer"), _or("↑", "↓")),
        (tr("Choose an answer by number"), tr("1 to 9")),
    ]
    return tr("In a question"), rows


def _in_new_task() -> Section:
    rows = [
        (tr("Start"), _native("Ctrl+Enter")),
        (tr("Start and add another"), _native("Ctrl+Shift+Enter")),
        (tr("Earlier tasks (in the empty field)"), "↑"),
    ]
    return tr("In New task"), rows


def _standard(keys: StandardKey) -> str:
    return keys_text(QKeySequence(keys))


def _native(keys: str) -> str:
    return keys_text(QKeySequence(keys))
