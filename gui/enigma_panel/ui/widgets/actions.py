"""Makes the actions of the window: one QAction per command, for tool bar, menus and keyboard."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.states import verb_tip, verb_word

tr = Translations("Widgets")

SHORTCUTS = {
    CommandVerb.PAUSE: "Ctrl+P",
    CommandVerb.RESUME: "Ctrl+R",
    CommandVerb.STOP: "Ctrl+.",
    CommandVerb.TERMINATE: "Ctrl+Del",
}


def make_action(
    owner: QWidget,
    text: str,
    call: Callable[[], None],
    *,
    tip: str = "",
    shortcut: str = "",
    within: bool = False,
) -> QAction:
    """An action whose tool tip names its shortcut, which holds in the window or within owner."""
    action = QAction(text, owner)
    action.triggered.connect(lambda _checked=False: call())
    keys = QKeySequence(shortcut)
    if shortcut:
        action.setShortcut(keys)
        whole = Qt.ShortcutContext.WindowShortcut
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut if within else whole)
        action.setAutoRepeat(False)
    action.setStatusTip(tip)
    rename_action(action, text)
    owner.addAction(action)
    return action


def rename_action(action: QAction, text: str) -> None:
    """Give an action other words; its tool tip follows."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    head = f"{text} ({keys})" if keys else text
    tip = action.statusTip()
    action.setText(text)
    action.setToolTip(f"{head}\n{tip}" if tip else head)


def make_verbs(owner: QWidget, call: Callable[[CommandVerb], None]) -> dict[CommandVerb, QAction]:
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


def selected_text(n: int) -> str:
    """What stands before the verbs."""
    if n == 0:
        return tr("No session selected:")
    return tr("1 session selected:") if n == 1 else tr("{n} sessions selected:", n=n)
