"""The bar at the top: New task, the verbs for what is selected, Answer, Terminate all, Settings."""

from collections.abc import Mapping

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from enigma_panel.core.records import StateVerb
from enigma_panel.ui import icons, theme
from enigma_panel.ui.dialogs.parts import make_button, make_label, make_row, set_role
from enigma_panel.ui.icons import Glyph
from enigma_panel.ui.main.verbs import selected_words
from enigma_panel.ui.words import tr

HEIGHT = 48
LABEL_NEEDS = 940
TIGHT_BELOW = 800


def action_button(action: QAction, role: str = "") -> QPushButton:
    """A button that shows an action: its words, whether it is possible, what it does.

    A tool button would drop the dots of "Terminate all…" and place its icon off the middle.
    """
    button = make_button(action.text(), role)
    button.setIconSize(QSize(16, 12))
    button.clicked.connect(action.trigger)

    def follow() -> None:
        button.setText(action.text())
        button.setAccessibleName(action.text())
        button.setAccessibleDescription(action.statusTip())
        button.setToolTip(action.toolTip())
        button.setStatusTip(action.statusTip())
        button.setEnabled(action.isEnabled())
        button.setIcon(action.icon())

    action.changed.connect(follow)
    follow()
    return button


class ToolBar(QFrame):
    """The buttons; what they do is the window's business."""

    def __init__(
        self,
        new_task: QAction,
        verbs: Mapping[StateVerb, QAction],
        others: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(tr("Tool bar"))
        self._new_task = new_task
        self._is_tight = False
        self._selected = make_label(selected_words(0), "dim")
        self._build(verbs, others)
        theme.changed().connect(self._tint)
        self._tint()

    def show_selected(self, n: int) -> None:
        """How many sessions the verbs act on."""
        self._selected.setText(selected_words(n))

    def _build(self, verbs: Mapping[StateVerb, QAction], others: Mapping[str, QAction]) -> None:
        buttons = [
            action_button(action, "danger" if verb is StateVerb.TERMINATE else "")
            for verb, action in verbs.items()
        ]
        row = make_row(
            action_button(self._new_task, "primary"),
            self._selected,
            *buttons,
            None,
            action_button(others["answer"]),
            action_button(others["terminate_all"], "danger"),
            action_button(others["settings"]),
            gap=6,
        )
        row.insertSpacing(1, 14)
        row.setContentsMargins(10, 0, 10, 0)
        self.setLayout(row)

    def _tint(self) -> None:
        colour = QColor(theme.colours().on_accent)
        self._new_task.setIcon(icons.icon(Glyph.PLUS, colour, size=12))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._selected.setVisible(self.width() >= LABEL_NEEDS)
        tight = self.width() < TIGHT_BELOW
        if tight is not self._is_tight:
            self._is_tight = tight
            for button in self.findChildren(QPushButton):
                button.setProperty("tight", tight)
                button.style().polish(button)
