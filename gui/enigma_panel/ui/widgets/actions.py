"""Makes the actions of the window: one QAction per command, for buttons, menus and keyboard."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.verbs import verb_text
from enigma_panel.ui.widgets.tips import short_lines

tr = Translations("Widgets")

_SUBJECT = "subject"


def make_action(
    owner: QWidget,
    text: str,
    call: Callable[[], None],
    *,
    tip: str = "",
    shortcut: str = "",
    within: bool = False,
) -> QAction:
    """Return an action; shortcut: several by "; ", for owner alone if within; tip: what it does."""
    action = QAction(text, owner)
    action.triggered.connect(lambda _checked=False: call())
    if shortcut:
        action.setShortcuts(QKeySequence.listFromString(shortcut))
        whole = Qt.ShortcutContext.WindowShortcut
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut if within else whole)
        action.setAutoRepeat(False)
    action.setWhatsThis(tip)
    rename_action(action, text)
    owner.addAction(action)
    return action


def rename_action(action: QAction, text: str) -> None:
    """Give an action other words; its tool tip follows."""
    keys = keys_text(action.shortcut())
    head = f"{text} ({keys})" if keys else text
    tip = description(action)
    action.setText(text)
    action.setToolTip(f"{head}\n{short_lines(tip)}" if tip else head)


def keys_text(keys: QKeySequence) -> str:
    """Return a shortcut as the system writes it; empty where there is none."""
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def show_subject(action: QAction, text: str, subject: str) -> None:
    """Give an action other words, and name in its description what it acts on."""
    action.setProperty(_SUBJECT, subject)
    rename_action(action, text)


def description(action: QAction) -> str:
    subject, tip = action.property(_SUBJECT), action.whatsThis()
    return tr("{subject}: {tip}", subject=subject, tip=tip) if subject and tip else tip


def make_verbs(owner: QWidget, call: Callable[[CommandVerb], None]) -> dict[CommandVerb, QAction]:
    actions = {}
    for verb in CommandVerb:
        text = verb_text(verb)
        do = partial(call, verb)
        actions[verb] = make_action(owner, text.label, do, tip=text.tip, shortcut=text.keys)
    actions[CommandVerb.TERMINATE].setProperty("ends", True)
    return actions
