"""Settings: how long tasks are kept."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QFrame, QSpinBox

from enigma_panel.core.deletion import DeletionPlan
from enigma_panel.features.deletion.deletions import Deletions
from enigma_panel.features.deletion.text import delete_label, kept_text, retention_text
from enigma_panel.services.container import Services
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.settings import FOR_EVER, MOST_KEPT_DAYS
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.widgets.basics import (
    FieldGrid,
    NoticeLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.widgets.inputs import ChoiceBox

tr = Translations("Settings")

FIRST_DAYS = 90
"""What is offered to whoever has kept all so far."""


class HistoryPage(SettingsPage):
    """The part. A choice that deletes nothing holds at once; before any other it asks."""

    def __init__(self, services: Services, deletions: Deletions) -> None:
        super().__init__()
        self._services = services
        self._settings = services.settings
        self._deletions = deletions
        self._wanted = self._settings.value.keep_tasks_days
        self._build_parts()
        self._build_layout()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show what holds now; a question that nobody answered is forgotten."""
        days = self._wanted = self._settings.value.keep_tasks_days
        with QSignalBlocker(self.choice), QSignalBlocker(self.days):
            self.choice.setCurrentIndex(0 if days == FOR_EVER else 1)
            self.days.setValue(days or FIRST_DAYS)
        self._show_choice()

    # -- building ------------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self.choice = ChoiceBox(((tr("Keep forever"), False), (tr("Delete after … days"), True)))
        self.days = QSpinBox()
        self.days.setRange(1, MOST_KEPT_DAYS)
        self.days.setKeyboardTracking(False)
        self.days.lineEdit().setTextMargins(6, 0, 0, 0)
        self.days.setAccessibleName(tr("Days after their end"))
        self.days.setSuffix(tr(" days"))
        self.question = QFrame()
        set_role(self.question, "notice")
        self.text = make_label(wrap=True)
        self.leave = make_button(tr("Leave as it is"))
        self.delete = make_button(delete_label(0), "danger")
        self.news = NoticeLabel()

    def _build_layout(self) -> None:
        grid = FieldGrid()
        note = tr(
            "Queued and unconfirmed tasks are always kept. So are tasks whose browser may still "
            "be open. Daily totals still include deleted tasks."
        )
        self.note = make_label(note, "dim", wrap=True)
        grid.add_field(tr("Ended tasks"), self.choice, self.days, note=self.note)
        column = make_column(self.text, make_row(None, self.leave, self.delete))
        column.setContentsMargins(10, 8, 10, 8)
        self.question.setLayout(column)
        self.setLayout(make_column(grid, self.question, self.news, gap=16))

    def _connect(self) -> None:
        self.choice.currentIndexChanged.connect(self._choose)
        self.days.valueChanged.connect(self._choose)
        self.leave.clicked.connect(self._leave)
        self.delete.clicked.connect(self._delete)

    # -- doing ---------------------------------------------------------------------------------

    def _choose(self) -> None:
        """Look what it deletes; what was asked about something else is no question any more."""
        self._wanted = self.days.value() if self.choice.currentData() else FOR_EVER
        self._show_choice()
        if self._wanted == FOR_EVER:
            self._keep()
        else:
            self._services.scope.spawn("look for old tasks", self._look(), exclusive=True)

    def _show_choice(self) -> None:
        for part in (self.days, self.note):
            part.setVisible(self._wanted != FOR_EVER)
        self.question.hide()
        self.news.show_text("")
        self.grown.emit()

    async def _look(self) -> None:
        days, plan = FOR_EVER, DeletionPlan()
        while days != self._wanted != FOR_EVER:  # another number may be chosen meanwhile
            days = self._wanted
            try:
                plan = await self._deletions.plan_older(days)
            except LedgerError as error:
                reason = error.reason
                self.news.show_text(tr("The history could not be read ({reason}).", reason=reason))
                self.grown.emit()
                return
        if days != self._wanted:
            return
        if plan.keys:
            self._ask(plan, days)
        else:
            self._keep()

    def _ask(self, plan: DeletionPlan, days: int) -> None:
        self.text.setText(
            "\n".join(filter(None, (retention_text(plan, days), kept_text(plan.kept))))
        )
        label = delete_label(len(plan.keys))
        self.delete.setText(label)
        for button in (self.leave, self.delete):
            button.setAccessibleName(button.text())
            button.setAccessibleDescription(self.text.text())
        self.question.show()
        self.grown.emit()

    def _keep(self) -> None:
        if self._settings.value.keep_tasks_days != self._wanted:
            self._settings.change(keep_tasks_days=self._wanted)

    def _leave(self) -> None:
        self.refresh()
        self.choice.setFocus()

    def _delete(self) -> None:
        self._keep()
        self.refresh()
        self.news.show_text(tr("Deleting them…"), "dim")
        self.choice.setFocus()
        self._deletions.retain()
