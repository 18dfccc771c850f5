"""The actions of the window: one QAction per command, shared by tool bar, menus and keyboard."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from enigma_panel.core.records import StateVerb
from enigma_panel.ui.status_words import verb_tip, verb_word
from enigma_panel.ui.words import tr

SHORTCUTS = {
    StateVerb.PAUSE: "Ctrl+P",
    StateVerb.RESUME: "Ctrl+R",
    StateVerb.STOP: "Ctrl+.",
    StateVerb.TERMINATE: "Ctrl+Del",
}


def make_action(
    owner: QWidget,
    text: str,
    call: Callable[[], None],
    *,
    tip: str = "",
    shortcut: str = "",
) -> QAction:
    """An action whose tool tip names its shortcut."""
    action = QAction(text, owner)
    action.triggered.connect(lambda _checked=False: call())
    keys = QKeySequence(shortcut)
    if shortcut:
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(False)
    head = text
    if shortcut:
        head = f"{text} ({keys.toString(QKeySequence.SequenceFormat.NativeText)})"
    action.setToolTip(f"{head}\n{tip}" if tip else head)
    action.setStatusTip(tip)
    owner.addAction(action)
    return action


def make_verbs(owner: QWidget, call: Callable[[StateVerb], None]) -> dict[StateVerb, QAction]:
    """Pause, Resume, Stop and Terminate for what is selected."""
    return {
        verb: make_action(
            owner,
            verb_word(verb),
            lambda verb=verb: call(verb),  # type: ignore[misc] # a default is no odd call
            tip=verb_tip(verb),
            shortcut=keys,
        )
        for verb, keys in SHORTCUTS.items()
    }


def selected_words(n: int) -> str:
    """What stands before the verbs."""
    if n == 0:
        return tr("No session selected:")
    return tr("1 session selected:") if n == 1 else tr("{n} sessions selected:", n=n)
