"""The tool bar: New task, the verbs for what is selected, Answer, Terminate all, Settings."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction, QColor, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.action_button import action_button
from enigma_panel.ui.widgets.actions import selected_text
from enigma_panel.ui.widgets.basics import make_label, make_row, set_role

tr = Translations("Main window")

HEIGHT = 48
LABEL_NEEDS = 940
TIGHT_BELOW, TIGHTER_BELOW = 800, 720
GAP, TIGHT_GAP = 6, 3
APART = 14


class VerbButtons(QWidget):
    """The four verbs. Undo takes the places of Pause and Resume, as in the rows.

    So no other button moves when it comes and goes, least of all Terminate, which is clicked twice
    by who means it.
    """

    def __init__(
        self,
        verbs: Mapping[CommandVerb, QAction],
        undo: QAction,
        take_back: Callable[[], object],
        home: QWidget,
    ) -> None:
        super().__init__()
        buttons = [
            action_button(action, "danger" if verb is CommandVerb.TERMINATE else "", home)
            for verb, action in verbs.items()
        ]
        self._undo = undo
        self._two = QStackedWidget()
        for page in (buttons[:2], [action_button(undo, home=home, call=take_back)]):
            holder = QWidget()
            holder.setLayout(make_row(*page, gap=6))
            self._two.addWidget(holder)
        self.setLayout(make_row(self._two, *buttons[2:], gap=6))
        self._two.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        undo.changed.connect(self._turn)
        self._turn()

    def _turn(self) -> None:
        self._two.setCurrentIndex(1 if self._undo.isVisible() else 0)


class ToolBar(QFrame):
    """The buttons; what they do is the window's business."""

    undo_pressed = Signal()

    def __init__(
        self,
        new_task: QAction,
        verbs: Mapping[CommandVerb, QAction],
        others: Mapping[str, QAction],
        home: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        """home: the table that the verbs act on."""
        super().__init__(parent)
        set_role(self, "bar")
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(tr("Tool bar"))
        self._new_task = new_task
        self._tight = ""
        self._selected = make_label(selected_text(0), "dim")
        self._build(verbs, others, home)
        theme.changed().connect(self._tint)
        self._tint()

    def show_selected(self, n: int) -> None:
        """How many sessions the verbs act on."""
        self._selected.setText(selected_text(n))

    def _build(
        self, verbs: Mapping[CommandVerb, QAction], others: Mapping[str, QAction], home: QWidget
    ) -> None:
        self._row = row = make_row(
            action_button(self._new_task, "primary"),
            self._selected,
            VerbButtons(verbs, others["undo"], self.undo_pressed.emit, home),
            None,
            action_button(others["answer"]),
            action_button(others["terminate_all"], "danger"),
            action_button(others["settings"]),
            gap=GAP,
        )
        row.insertSpacing(1, APART)
        row.setContentsMargins(10, 0, 10, 0)
        self.setLayout(row)

    def _tighten(self, tight: str) -> None:
        """Less air in the buttons, and in the end between them: no word is ever cut."""
        self._tight = tight
        self._row.setSpacing(TIGHT_GAP if tight == "more" else GAP)
        for button in self.findChildren(QPushButton):
            button.setProperty("tight", tight)
            button.style().polish(button)
            QApplication.sendEvent(button, QEvent(QEvent.Type.StyleChange))  # it has another size

    def _tint(self) -> None:
        colour = QColor(theme.colours().on_accent)
        self._new_task.setIcon(icons.icon(Glyph.PLUS, colour, size=12))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._selected.setVisible(self.width() >= LABEL_NEEDS)
        width = self.width()
        tight = "more" if width < TIGHTER_BELOW else "some" if width < TIGHT_BELOW else ""
        if tight != self._tight:
            self._tighten(tight)
