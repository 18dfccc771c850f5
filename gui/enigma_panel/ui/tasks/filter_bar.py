"""The filter of Tasks: words, chips, and the conditions of its panel."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QLayout,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from enigma_panel.core.task_filter import NO_FILTER, TaskFilter, TaskGroup
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.services.types import MOST_WORDS_CHARS
from enigma_panel.ui.announcements import announce
from enigma_panel.ui.i18n import Translations, number_text
from enigma_panel.ui.tasks.filter_panel import FilterPanel
from enigma_panel.ui.tasks.filter_text import ChipWords, chip_words, count_text
from enigma_panel.ui.text.sums import shown_texts
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.widgets.basics import Button, make_button, make_row, set_role
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.inputs import WordsField
from enigma_panel.ui.widgets.pointer_hold import PointerHold

tr = Translations("Tasks")

GAP, PAD, SIGN = 4, 10, 14
TYPED_MS = 1_000
"""Delay after the last letter before the filter is saved and a screen reader says what it found."""


class FilterBar(QWidget):
    """The chips of the filter and *Clear*; the field stands before it, the panel below.

    What is set here is searched for at once. Chips that count nothing are hidden, and all have a
    sign in place of words where there is little room; while somebody aims at one, none comes or
    goes. left: the keyboard goes on to the table. more: shows and hides the panel. total: has the
    room that they leave.
    """

    left = Signal(object)

    def __init__(
        self,
        search: TaskSearch,
        settings: SettingsBook,
        hold: PointerHold,
        now_ms: Callable[[], int],
        total: QWidget,
    ) -> None:
        super().__init__()
        self._search = search
        self._settings = settings
        self._hold = hold
        self._total = total
        self._groups: frozenset[TaskGroup] = frozenset()
        self.field = FilterField()
        self.chips = [Chip(words) for words in chip_words()]
        self.clear = make_button(tr("Clear"), "link")
        self.more = QAction(tr("More filters"), self)
        self.panel = FilterPanel(now_ms)
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

    def ask_all(self) -> None:
        """Clear the filter, so that all tasks are shown again."""
        self.ask_for(NO_FILTER)

    def ask_new(self) -> None:
        """Show the results that nobody has looked at yet."""
        self.ask_for(TaskFilter(groups=frozenset({TaskGroup.NEW})))

    def ask_for(self, wanted: TaskFilter) -> None:
        """Show what fits this filter, and the filter itself."""
        self._show_filter(wanted)
        self._ask()

    # -- inside --------------------------------------------------------------------------------

    def _is_unsaved(self) -> bool:
        value, search = self._settings.value, self._search
        return (value.task_filter, value.task_order) != (search.filter, search.order)

    def _build(self) -> None:
        self.more.setCheckable(True)
        row = make_row(*self.chips, self.clear, self._total, gap=GAP)
        row.setStretchFactor(self._total, 1)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setLayout(row)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.panel.hide()

    def _connect(self) -> None:
        for chip in self.chips:
            chip.clicked.connect(lambda _=False, chip=chip: self._choose(chip))
        # Not textEdited: what assistive technology writes counts, too.
        self.field.textChanged.connect(self._ask)
        self.field.left.connect(self.left)
        self.panel.changed.connect(self._ask)
        self.panel.left.connect(self._fold_panel)
        self.more.triggered.connect(self._show_panel)
        self.clear.clicked.connect(self._clear_all)
        self._search.found.connect(self.refresh)
        self._search.counted.connect(self.refresh)
        self._hold.released.connect(self.refresh)

    def _choose(self, chip: "Chip") -> None:
        """Show what one chip counts, or all where it was chosen before."""
        self._groups = chip.words.groups if chip.isChecked() else frozenset()
        self._check_chips()
        self._ask()

    def _check_chips(self) -> None:
        for chip in self.chips:
            chip.setChecked(chip.words.groups <= self._groups)

    def _ask(self) -> None:
        """Search for what is set here."""
        wanted = self.panel.completed(TaskFilter(words=self.field.text(), groups=self._groups))
        if wanted != self._search.filter:
            self._search.ask(wanted)
            self._save_debounce.start()
            self._announce_debounce.start()
            self.refresh()

    def _clear_all(self) -> None:
        self.ask_all()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_panel(self, shown: bool) -> None:
        self.panel.setVisible(shown)
        if shown:
            self.panel.begin()

    def _fold_panel(self) -> None:
        self.more.setChecked(False)
        self.panel.hide()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what is shown -------------------------------------------------------------------------

    def refresh(self) -> None:
        figures, wanted = self._search.figures, self._search.filter
        self.clear.setVisible(not wanted.is_empty)
        self.panel.show_filter(wanted)
        for chip in self.chips:
            chip.show_count(sum(figures.by_group.get(g, 0) for g in chip.words.groups))
        if not (self._hold.is_held and self.underMouse()):
            self._fit()
        if self._is_unsaved():
            self._save_debounce.trigger()
        is_needed = bool(self._search.keys or figures.total or not wanted.is_empty)
        for part in (self, self.field):
            part.setVisible(is_needed or self._search.problem is not None)

    def _show_filter(self, wanted: TaskFilter) -> None:
        with QSignalBlocker(self.field):
            self.field.setText(wanted.words)
        self._groups = wanted.groups
        self._check_chips()
        self.panel.show_filter(wanted)
        is_more = wanted != TaskFilter(words=wanted.words, groups=wanted.groups)
        self.more.setChecked(is_more)
        self.panel.setVisible(is_more)

    def _fit(self) -> None:
        """Show the chips that count something, in words where there is room for all."""
        room = self.width() - self._total.minimumSizeHint().width()
        if not self.clear.isHidden():
            room -= self.clear.sizeHint().width() + GAP
        room -= sum(chip.whole_width + GAP for chip in self.chips if chip.is_wanted)
        for chip in self.chips:
            chip.show_short(room < 0)
            chip.setVisible(chip.is_wanted)

    def _announce(self) -> None:
        figures = self._search.figures
        announce(self.window(), shown_texts(figures.shown, figures.total)[0])

    # -- Qt ----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()


class Chip(Button):
    """A button that shows some groups of tasks. Its name is its label, without the count.

    Where there is little room it shows its sign in place of the label.
    """

    def __init__(self, words: ChipWords) -> None:
        super().__init__(words.label)
        self.words = words
        self._n = -1
        self._is_short = False
        self.setAutoDefault(False)
        self.setCheckable(True)
        self.setAccessibleName(words.label)
        self.setToolTip(words.tip)
        set_role(self, "chip")

    @property
    def is_wanted(self) -> bool:
        """Whether it counts something, or is chosen."""
        return self._n > 0 or self.isChecked()

    @property
    def whole_width(self) -> int:
        return super().sizeHint().width()

    def show_short(self, is_short: bool) -> None:
        """Show the sign or the label."""
        if is_short != self._is_short:
            self._is_short = is_short
            self.updateGeometry()
            self.update()

    def show_count(self, n: int) -> None:
        if n == self._n:
            return
        self._n = n
        self.setText(f"{self.words.label} {number_text(n)}")
        self.setAccessibleDescription(f"{count_text(n)}. {self.words.tip}".rstrip())

    # -- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        label = self.fontMetrics().horizontalAdvance(self.words.label)
        return super().sizeHint() - QSize(label - SIGN if self._is_short else 0, 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the count dimmer than what it counts."""
        option, painter = QStyleOptionButton(), QStylePainter(self)
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        colours, place = theme.colours(), self.rect().adjusted(PAD, 0, -PAD, 0)
        colour, count_colour = QColor(colours.text), QColor(colours.dim)
        if self.isChecked():
            colour = count_colour = QColor(colours.mark)
        painter.setPen(colour)
        if self._is_short:
            sign = QRectF(place.x(), 0, SIGN, self.height())
            icons.paint(painter, self.words.glyph, sign, colour)
        else:
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.words.label)
        painter.setPen(count_colour)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(place, right, number_text(max(0, self._n)))


class FilterField(WordsField):
    """The field for words. Escape empties it, then leaves it; Down leaves it, too.

    left: the reason for which the table gets the focus.
    """

    left = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Filter"))
        self.setMaxLength(MOST_WORDS_CHARS)
        self.setToolTip(
            tr("Ctrl+F. Searches task, result, error, question, site and session. Escape clears.")
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
