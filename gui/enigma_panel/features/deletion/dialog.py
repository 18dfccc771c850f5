"""The sheet *Delete tasks*: says what goes and what stays, and wants a word for it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from enigma_panel.core.deletion import DeletionPlan
from enigma_panel.features.deletion.deletions import Deletions
from enigma_panel.features.deletion.text import (
    delete_label,
    kept_text,
    plan_text,
    result_text,
)
from enigma_panel.services.container import Services
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import FieldGrid, make_button, make_label
from enigma_panel.ui.widgets.inputs import LineEdit, ScrollArea
from enigma_panel.ui.widgets.sheet import Sheet

tr = Translations("Deletion")


class DeletionDialog(Sheet):
    """The sheet, for the tasks of its click. app_actions: tells the outcome once it has closed."""

    help_page = "data"

    def __init__(
        self,
        services: Services,
        deletions: Deletions,
        app_actions: Actions,
        parent: QWidget | None,
    ) -> None:
        super().__init__(tr("Delete tasks"), parent)
        self._services = services
        self._deletions = deletions
        self._app_actions = app_actions
        self._keys: tuple[int, ...] = ()
        self._plan: DeletionPlan | None = None
        self._build()
        self._connect()

    def ask(self, task_keys: Sequence[int]) -> None:
        self._keys = tuple(task_keys)
        self.field.clear()
        self._show_plan(None)
        self._services.scope.spawn(f"plan deletion {self._keys[:1]}", self._look(self._keys))
        self.present(self.field)

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.what = make_label(wrap=True)
        self.kept = make_label(wrap=True)
        stays = tr(
            "Daily totals no longer include them. Files you saved and the service's records are "
            "kept."
        )
        self.stays = make_label(stays, "dim", wrap=True)
        self.field = LineEdit(enter_moves_on=False)
        grid = FieldGrid()
        grid.add_field(tr("Type “{word}” to confirm", word=_word()), self.field)
        self.cancel_button = make_button(tr("Cancel"))
        self.delete_button = make_button(delete_label(0), "danger")
        scroll = ScrollArea()
        for part in (self.what, self.kept, self.stays):
            scroll.column.addWidget(part)
        scroll.column.addLayout(grid)
        scroll.column.addStretch(1)
        self.body.addWidget(scroll, 1)
        self.add_buttons(self.cancel_button, self.delete_button)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._enable)
        self.field.returnPressed.connect(self._go_to_button)
        self.cancel_button.clicked.connect(self.reject)
        self.delete_button.clicked.connect(self._delete)

    # -- what would go -------------------------------------------------------------------------

    async def _look(self, keys: tuple[int, ...]) -> None:
        try:
            plan = await self._deletions.plan(keys)
        except LedgerError as error:
            self.what.setText(tr("The history could not be read ({reason}).", reason=error.reason))
            return
        if keys == self._keys:
            self._show_plan(plan)

    def _show_plan(self, plan: DeletionPlan | None) -> None:
        self._plan = plan
        if plan is None:
            self.what.setText(tr("Checking the selected tasks…"))
        elif plan.keys:
            self.what.setText(plan_text(plan))
        else:
            self.what.setText(tr("None of the selected tasks can be deleted."))
        self.kept.setText(kept_text(plan.kept) if plan is not None else "")
        self.kept.setVisible(bool(self.kept.text()))
        about = f"{self.what.text()} {self.kept.text()}".strip()
        for part in (self.field, self.delete_button):
            part.setAccessibleDescription(about)
        label = delete_label(len(plan.keys) if plan is not None else 0)
        self.delete_button.setText(label)
        self.delete_button.setAccessibleName(label)
        self._enable()
        if self.isVisible():
            self.fit(only_grow=True)

    def _enable(self) -> None:
        is_some = self._plan is not None and bool(self._plan.keys)
        is_meant = self.field.text().strip().casefold() == _word().casefold()
        self.field.setEnabled(self._plan is None or is_some)
        self.delete_button.setEnabled(is_some and is_meant)

    def _go_to_button(self) -> None:
        if self.delete_button.isEnabled():
            self.delete_button.setFocus(Qt.FocusReason.TabFocusReason)

    # -- the deletion --------------------------------------------------------------------------

    def _delete(self) -> None:
        if self._plan is not None:
            self._services.scope.spawn("delete tasks", self._run(self._plan))
            self.accept()

    async def _run(self, plan: DeletionPlan) -> None:
        result = await self._deletions.delete(plan.keys)
        self._app_actions.done.emit(result_text(result))


def _word() -> str:
    """What is typed so that nobody deletes by a slip."""
    return tr("delete")
