"""The caps on what a task and a day may cost, as fields that hold at once."""

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from enigma_panel.core.caps import CapMistake, read_cap
from enigma_panel.core.money import exact_money
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.container import Services
from enigma_panel.store.settings import HOLD, TERMINATE_RUNNING
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.sums import spent_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import (
    ProblemLabel,
    make_column,
    make_label,
    set_role,
    show_text,
)
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.inputs import ChoiceBox, LineEdit

tr = Translations("Costs")

FIELD_WIDTH, STEPS = 104, 1_000
PER_TASK, PER_DAY = "cap_per_task", "cap_per_day"
K = Qt.Key
MOVES = frozenset({K.Key_Up, K.Key_Down, K.Key_PageUp, K.Key_PageDown, K.Key_Home, K.Key_End})


class CapFields(QWidget):
    """The two caps, and what is done at that of the day. A mistake leaves the cap as it was.

    resized: it may need more room than before, or less.
    """

    resized = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.per_task = _field(tr("Stops the task."))
        self.per_day = _field(tr("Starts no more tasks until midnight."))
        self._fields: Mapping[str, LineEdit] = {PER_TASK: self.per_task, PER_DAY: self.per_day}
        self._problems = {name: ProblemLabel(edit) for name, edit in self._fields.items()}
        self.at_cap = _AtCapBox(
            (
                (tr("Hold new tasks"), HOLD),
                (tr("Hold new tasks and terminate running ones"), TERMINATE_RUNNING),
            )
        )
        self.spent = QProgressBar()
        self.spent.setRange(0, STEPS)
        self.spent.setTextVisible(False)
        self.said = make_label(role="dim", wrap=True)
        head = make_label(tr("Caps"), "section")
        row = FlowLayout(
            _labelled(tr("Per task"), self.per_task),
            _labelled(tr("Per day"), self.per_day),
            _labelled(tr("At the cap"), self.at_cap),
            gap=16,
        )
        self.setLayout(make_column(head, row, *self._problems.values(), self.spent, self.said))
        for name, edit in self._fields.items():
            edit.editingFinished.connect(lambda name=name: self._take(name))
        self.at_cap.activated.connect(self._choose)
        services.settings.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the caps that hold; what is being typed, or a mistake, stays while it is seen."""
        settings = self._services.settings.value
        for name, edit in self._fields.items():
            cap: Decimal | None = getattr(settings, name)
            if not self.isVisible() or not edit.isModified():
                edit.setText("" if cap is None else exact_money(cap))
                edit.setCursorPosition(0)
                self._problems[name].clear()
        with QSignalBlocker(self.at_cap):
            self.at_cap.setCurrentIndex(self.at_cap.findData(settings.at_cap))
        self.show_spent()

    def show_spent(self) -> None:
        """Show how much of the day's cap is spent, and whose cost is not in it."""
        settings, caps = self._services.settings.value, self._services.caps
        cap, spent, lines = settings.cap_per_day, caps.spent(), list[str]()
        today = self._services.task_search.figures.day or TaskSum()
        is_reached = caps.is_reached()
        self.spent.setVisible(cap is not None)
        if cap is not None:
            part = min(Decimal(1), spent / cap) if cap else Decimal(1)
            self.spent.setValue(int(part * STEPS))
            if cap:  # else it can't be read
                known = spent_text(today, spent)
                lines.append(tr("Today {spent} of {cap}.", spent=known, cap=exact_money(cap)))
            if is_reached:
                lines.append(tr("New tasks start when you raise the cap, or tomorrow."))
        n = caps.uncounted()
        if settings.has_cap and n and not today.has_gaps:  # else the sheet says it of all tasks
            lines.append(
                tr.plural("Not counted: 1 running task.", "Not counted: {n} running tasks.", n)
            )
        set_role(self.said, "amber" if is_reached else "dim")
        show_text(self.said, " ".join(filter(None, lines)))
        self.resized.emit()

    # -- inside ------------------------------------------------------------------------------

    def _take(self, name: str) -> None:
        edit, settings = self._fields[name], self._services.settings
        if not edit.isModified():
            self._problems[name].clear()
            return
        cap = read_cap(edit.text())
        if isinstance(cap, CapMistake):
            is_set = getattr(settings.value, name) is not None
            stays = tr("The cap stays as it was.") if is_set else ""
            self._problems[name].show_text(f"{_mistake_text(cap)} {stays}".rstrip())
            self.resized.emit()
            return
        edit.setModified(False)
        if cap != getattr(settings.value, name):
            settings.change(**{name: cap})
        self.refresh()

    def _choose(self) -> None:
        self._services.settings.change(at_cap=self.at_cap.currentData())


class _CapEdit(LineEdit):
    """The field of a cap: Escape takes back what was typed before it closes the sheet."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == K.Key_Escape and self.isModified():
            self.setText(self._written)
            self.editingFinished.emit()  # a mistake goes, too
        else:
            super().keyPressEvent(event)


class _AtCapBox(ChoiceBox):
    """What is done at the cap: a choice may end browsers, so a key on the closed box opens it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in MOVES or (event.text() and event.text().isprintable()):
            self.showPopup()
        else:
            super().keyPressEvent(event)


def _field(tip: str) -> LineEdit:
    edit = _CapEdit()
    edit.setPlaceholderText(tr("no cap"))
    edit.setToolTip(tip)
    edit.setFixedWidth(theme.scaled(FIELD_WIDTH))
    return edit


def _labelled(text: str, field: QWidget) -> QWidget:
    label, whole = make_label(text, "dim"), QWidget()
    label.setBuddy(field)
    field.setAccessibleName(text)
    whole.setLayout(make_column(label, field, gap=4))
    return whole


def _mistake_text(mistake: CapMistake) -> str:
    match mistake:
        case CapMistake.NO_AMOUNT:
            return tr("Enter an amount like 5 or 0.25.")
        case CapMistake.TOO_SMALL:
            return tr("A cap must be more than $0. Empty means no cap.")
        case CapMistake.TOO_LARGE:
            return tr("The largest cap is $1,000,000.")
