"""The tool bar: New task, the verbs for what is selected, Answer, Terminate all, Settings, Menu."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction, QColor, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.action_button import action_button, icon_button, show_words
from enigma_panel.ui.widgets.basics import ElidedLabel, make_row, set_role

tr = Translations("Main window")

HEIGHT = 48
GAP, TIGHT_GAP = 6, 3
APART = 14
NAME_CHARS = 22
MANY = 99
"""The largest number of questions for which the buttons have room without being moved."""


def answer_text(n: int) -> str:
    """Return the button's words while n questions are open."""
    return tr("Answer · {n}", n=n) if n else tr("Answer")


class VerbButtons(QWidget):
    """The verbs. Undo covers those that are under it, as in the rows.

    So no other button moves when it comes and goes, least of all Terminate, which is clicked twice
    by those who mean it.
    """

    def __init__(
        self,
        verbs: Mapping[CommandVerb, QAction],
        undo: QAction,
        take_back: Callable[[], object],
    ) -> None:
        super().__init__()
        under_undo: list[QPushButton] = []
        apart: list[QPushButton] = []
        self._actions: dict[QPushButton, QAction] = {}
        self._is_short = False
        for verb, action in verbs.items():
            role = "danger" if verb is CommandVerb.TERMINATE else ""
            button = action_button(action, role, words=partial(self._words_of, action))
            self._actions[button] = action
            (under_undo if COMMANDS[verb].under_undo else apart).append(button)
        self._undo = undo
        self._pages = QStackedWidget()
        for page in (under_undo, [action_button(undo, call=take_back)]):
            holder = QWidget()
            holder.setLayout(make_row(*page, gap=GAP))
            self._pages.addWidget(holder)
        self.setLayout(make_row(self._pages, *apart, gap=GAP))
        self._pages.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        undo.changed.connect(self._turn)
        self._turn()

    def use_short(self, *, short: bool) -> bool:
        """Show the words without the counts of several sessions, or with them.

        Returns whether that changed anything.
        """
        if short is self._is_short:
            return False
        self._is_short = short
        for button, action in self._actions.items():
            show_words(button, self._words_of(action))
        return True

    def _words_of(self, action: QAction) -> str:
        return action.iconText() if self._is_short else action.text()

    def _turn(self) -> None:
        self._pages.setCurrentIndex(1 if self._undo.isVisible() else 0)


class ToolBar(QFrame):
    """The buttons; what they do is the window's business."""

    undo_pressed = Signal()

    def __init__(
        self,
        new_task: QAction,
        verbs: Mapping[CommandVerb, QAction],
        others: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._widths: dict[tuple[bool, str], int] = {}
        set_role(self, "bar")
        self.setFixedHeight(theme.line_height(HEIGHT))
        self.setAccessibleName(tr("Tool bar"))
        self._new_task = new_task
        self._answer = others["answer"]
        self._menu = others["menu"]
        self._tight = ""
        self._several = 0
        self._subject = ElidedLabel("dim")
        self._subject.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._verbs = VerbButtons(verbs, others["undo"], self.undo_pressed.emit)
        self._build(others)
        theme.changed().connect(self._tint)
        self._tint()

    def show_subject(self, text: str, selected: int) -> None:
        """Show whom the verbs act on, "" for nobody. selected: the number of sessions."""
        self._subject.show_text(tr("{subject}:", subject=text) if text else tr("Nothing selected:"))
        several = selected if selected > 1 else 0  # only then the words say how many
        if several != self._several:
            self._several = several
            self._widths.clear()
            self._tell_row()
            self._fit_words()

    def _build(self, others: Mapping[str, QAction]) -> None:
        self._settings = action_button(others["settings"])
        self.menu_button = icon_button(others["menu"])
        self._row = row = make_row(
            action_button(self._new_task, "primary"),
            self._subject,
            self._verbs,
            None,
            action_button(others["answer"]),
            action_button(others["terminate_all"], "danger"),
            self._settings,
            self.menu_button,
            gap=GAP,
        )
        row.insertSpacing(1, APART)
        row.setContentsMargins(10, 0, 10, 0)
        self.setLayout(row)

    def _fit_words(self) -> None:
        """Show all the words, or the names alone where there is no room."""
        for short in (False, True):
            if self._verbs.use_short(short=short):
                self._tell_row()
            self._fit(short=short)
            if self._needed(self._tight, short=short) <= self.width():
                break

    def _fit(self, *, short: bool) -> None:
        """Fit the buttons: less padding, then smaller gaps, then Settings in the menu alone.

        No word is ever cut. The label has one width for all names, so that no verb moves with the
        subject.
        """
        width = self.width()
        # One after the other: what is not tried needs no new styling of the buttons.
        fits = (t for t in ("", "some", "more") if self._needed(t, short=short) <= width)
        tight = next(fits, None)
        self._tighten("more" if tight is None else tight)
        self._settings.setVisible(tight is not None)
        label = self._subject.fontMetrics().averageCharWidth() * NAME_CHARS
        self._subject.setFixedWidth(label)
        self._subject.setVisible(self._needed("", short=short) + label + GAP <= width)

    def _needed(self, tight: str, *, short: bool) -> int:
        """Return the width of the row without its label, with that padding and those words."""
        if (short, tight) not in self._widths:
            self._tighten(tight)
            self._subject.hide()
            self._settings.show()
            longer = self._width_of(answer_text(MANY)) - self._width_of(self._answer.text())
            self._widths[short, tight] = self._row.sizeHint().width() + longer
        return self._widths[short, tight]

    def _width_of(self, text: str) -> int:
        return self._subject.fontMetrics().horizontalAdvance(text)

    def _tighten(self, tight: str) -> None:
        if tight == self._tight:
            return
        self._tight = tight
        self._row.setSpacing(TIGHT_GAP if tight == "more" else GAP)
        for button in self.findChildren(QAbstractButton):
            button.setProperty("tight", tight)
            button.style().polish(button)
            QApplication.sendEvent(button, QEvent(QEvent.Type.StyleChange))  # it has another size
        self._tell_row()

    def _tell_row(self) -> None:
        """Tell the row that buttons in the pages have another size; Qt does not."""
        for part in reversed(self.findChildren(QWidget)):
            part.updateGeometry()

    def _tint(self) -> None:
        colour = QColor(theme.colours().on_accent)
        self._new_task.setIcon(icons.icon(Glyph.PLUS, colour, size=12))
        self._menu.setIcon(icons.icon(Glyph.MENU, QColor(theme.colours().text), size=12))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_words()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.FontChange}:
            self._widths.clear()
