"""The filter of Tasks: words, chips, what is under *More*, and how many tasks match."""

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from enigma_panel.core.task_filter import NO_FILTER, TaskFilter, TaskGroup
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.services.types import MOST_WORDS_CHARS
from enigma_panel.ui.announcements import announce
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.tasks.filter_panel import FilterPanel
from enigma_panel.ui.tasks.filter_text import (
    chip_text,
    count_text,
    group_label,
    group_tip,
    more_text,
    more_tip,
    problem_text,
    shown_text,
)
from enigma_panel.ui.widgets.basics import (
    Button,
    ElidedLabel,
    make_button,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.pointer_hold import PointerHold

tr = Translations("Tasks")

SIDE, GAP = 12, 6
TYPED_MS = 1_000
"""Delay after the last letter before the filter is saved and a screen reader says what it found."""
MARK = " •"
"""Mark at *More* while a condition is set that may stand in the folded panel."""
ANY_WIDTH = (1 << 24) - 1
"""Qt's QWIDGETSIZE_MAX."""


class FilterBar(QWidget):
    """The filter. Field, result and *Columns* stand in the heading of the card, the rest below it.

    What is set here is searched for at once. While somebody aims at something, chips keep their
    places and widths, whatever they count. left: the keyboard goes on to the table.
    """

    left = Signal(object)

    def __init__(
        self,
        search: TaskSearch,
        settings: SettingsBook,
        hold: PointerHold,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._search = search
        self._settings = settings
        self._hold = hold
        self.field = FilterField()
        self.chips = {group: Chip(group) for group in (None, *TaskGroup)}
        self.more = make_button(tr("More"), "chip")
        self.columns = make_button(tr("Columns"), "link")
        self.panel = FilterPanel()
        self.shown = ElidedLabel("dim")
        self.shown.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.clear = make_button(tr("Clear"), "link")
        self.result = QWidget()
        self._save_debounce = Debounce(self, self.save, TYPED_MS)
        self._announce_debounce = Debounce(self, self._announce, TYPED_MS)
        self._build()
        self._connect()
        self._show_filter(settings.value.task_filter)
        search.ask(settings.value.task_filter, settings.value.task_order)

    def begin(self) -> None:
        """Put the cursor into the field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def save(self) -> None:
        """Save the filter and the order in the settings."""
        self._save_debounce.stop()
        if self._is_unsaved():
            search = self._search
            self._settings.change(task_filter=search.filter, task_order=search.order)

    def _is_unsaved(self) -> bool:
        value, search = self._settings.value, self._search
        return (value.task_filter, value.task_order) != (search.filter, search.order)

    def ask_all(self) -> None:
        """Clear the filter, so that all tasks are shown again."""
        self._show_filter(NO_FILTER)
        self._ask()

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setAccessibleName(tr("Filter of the tasks"))
        self.more.setCheckable(True)
        self.more.setToolTip(more_tip())
        self.columns.setToolTip(tr("How the tasks are sorted, and which columns are shown"))
        self.clear.setToolTip(tr("Shows all tasks again."))
        self.result.setLayout(make_row(self.shown, make_label("–", "dim"), self.clear, gap=5))
        line = FlowLayout(*self.chips.values(), self.more, gap=GAP)
        line.setContentsMargins(SIDE, 4, SIDE, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self.panel)
        self.panel.hide()

    def _connect(self) -> None:
        for chip in self.chips.values():
            chip.clicked.connect(lambda _=False, chip=chip: self._choose(chip))
        # Not textEdited: what assistive technology writes counts, too.
        self.field.textChanged.connect(self._ask)
        self.field.left.connect(self.left)
        self.panel.changed.connect(self._ask)
        self.panel.left.connect(self.more.click)
        self.more.clicked.connect(self._open_panel)
        self.clear.clicked.connect(self._clear_all)
        self._search.found.connect(self.refresh)
        self._search.counted.connect(self.refresh)
        self._hold.released.connect(self.refresh)

    # -- what is asked for ---------------------------------------------------------------------

    def _choose(self, chip: "Chip") -> None:
        """Follow a click on a chip; *All* unchecks the others."""
        if chip.task_group is None:
            for other in self.chips.values():
                other.setChecked(False)
        self._check_all()
        self._ask()

    def _check_all(self) -> None:
        self.chips[None].setChecked(not self._groups())

    def _groups(self) -> frozenset[TaskGroup]:
        chips = self.chips.items()
        return frozenset(group for group, chip in chips if group is not None and chip.isChecked())

    def _ask(self) -> None:
        """Search for what is set here."""
        wanted = TaskFilter(words=self.field.text(), groups=self._groups())
        wanted = self.panel.completed(wanted)
        if wanted != self._search.filter:
            self._search.ask(wanted)
            self._save_debounce.start()
            self._announce_debounce.start()
            self.refresh()

    def _clear_all(self) -> None:
        self.ask_all()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_panel(self) -> None:
        self.panel.setVisible(self.more.isChecked())
        if self.more.isChecked():
            self.panel.begin()
        else:
            self.more.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what is shown -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the counts and the number of matches."""
        figures, wanted = self._search.figures, self._search.filter
        for group, chip in self.chips.items():
            n = figures.count if group is None else figures.by_group.get(group, 0)
            chip.show_count(n, is_held=self._hold.is_held)
        shown = len(self._search.keys)
        set_held_width(self.shown, is_held=self._hold.is_held)
        self.shown.show_text(self._shown_text(shown))
        is_more = wanted != TaskFilter(words=wanted.words, groups=wanted.groups)
        self.more.setText(tr("More") + (MARK if is_more else ""))
        self.more.setAccessibleDescription(more_text() if is_more else "")
        self.result.setVisible(not wanted.is_empty or self._search.problem is not None)
        if self._is_unsaved():
            self._save_debounce.trigger()
        if not self._hold.is_held:
            self._leave_out()
            self.setVisible(bool(shown or figures.total or not wanted.is_empty))
            for part in (self.field, self.columns):
                part.setVisible(not self.isHidden())

    def _shown_text(self, shown: int) -> str:
        search = self._search
        if search.problem is not None:
            return problem_text(search.problem.reason)
        return shown_text(shown, max(shown, search.figures.total))

    def _show_filter(self, wanted: TaskFilter) -> None:
        with QSignalBlocker(self.field):
            self.field.setText(wanted.words)
        for group, chip in self.chips.items():
            chip.setChecked(group in wanted.groups)
        self._check_all()
        self.panel.show_filter(wanted)
        is_more = wanted != TaskFilter(words=wanted.words, groups=wanted.groups)
        self.more.setChecked(is_more)
        self.panel.setVisible(is_more)

    def _leave_out(self) -> None:
        """Hide idle chips where there is little room."""
        chips = [*self.chips.values(), self.more]
        widths = (max(chip.sizeHint().width(), chip.minimumWidth()) for chip in chips)
        needs = sum(width + GAP for width in widths)
        has_room = needs + 2 * SIDE <= self.width() + GAP
        for chip in self.chips.values():
            chip.setVisible(has_room or not chip.is_idle)

    def _announce(self) -> None:
        announce(self.window(), self.shown.text())

    def _fit_height(self) -> None:
        """Set the height that the lines need, also where the card has little room."""
        self.setMinimumHeight(self.heightForWidth(self.width()))

    # -- Qt ----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit_height()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()
        if event.size().width() != event.oldSize().width():
            self._leave_out()


class Chip(Button):
    """A button that shows one group of tasks; None: all. Its name is its label, without the count.

    It keeps the width of the longest number so far, since each letter of the filter brings another.
    """

    def __init__(self, group: TaskGroup | None) -> None:
        super().__init__(group_label(group))
        self.task_group = group
        self._n = self._widest = 0
        self.setAutoDefault(False)
        self.setCheckable(True)
        self.setAccessibleName(group_label(group))
        self.setToolTip(group_tip(group))
        set_role(self, "chip")

    @property
    def is_idle(self) -> bool:
        """Whether it counts nothing and is not chosen."""
        return self.task_group is not None and not self._n and not self.isChecked()

    def show_count(self, n: int, *, is_held: bool) -> None:
        """Show the number of tasks in the group."""
        if n != self._n:
            self._n = n
            self.setText(chip_text(self.task_group, n))
        tip = group_tip(self.task_group)
        self.setAccessibleDescription(f"{count_text(n)}. {tip}" if tip else count_text(n))
        set_held_width(self, is_held=is_held)
        if not is_held:
            self._widest = max(self._widest, self.sizeHint().width())
            self.setMinimumWidth(self._widest)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._widest = 0
            self.setMinimumWidth(0)


def set_held_width(part: QWidget, *, is_held: bool) -> None:
    """Keep a part's width while somebody aims at something; else let it follow its text."""
    if not is_held:
        part.setMinimumWidth(0)
        part.setMaximumWidth(ANY_WIDTH)
    elif part.isVisible():
        part.setFixedWidth(part.width())


class FilterField(QLineEdit):
    """The field for words. Escape empties it, then leaves it; Down leaves it, too.

    left: the reason for which the table gets the focus.
    """

    left = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(tr("Filter"))
        self.setAccessibleName(tr("Filter"))
        self.setMaxLength(MOST_WORDS_CHARS)
        self.setToolTip(
            tr("Ctrl+F. Words of task, result, error, question, site and session; Escape clears.")
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Escape:
                self.left.emit(Qt.FocusReason.OtherFocusReason)
            case Qt.Key.Key_Down:
                self.left.emit(Qt.FocusReason.TabFocusReason)
            case _:
                super().keyPressEvent(event)
