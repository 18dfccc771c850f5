"""The sheet *Delete tasks*: says what goes and what stays, and wants a word for it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from enigma_panel.core.deletion import DeletionPlan
from enigma_panel.features.deletion.deletions import Deletions
from enigma_panel.features.deletion.text import delete_label, kept_text, plan_text, result_text
from enigma_panel.services.container import Services
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import FieldGrid
from enigma_panel.ui.widgets.confirm_sheet import ConfirmSheet
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Deletion")


class DeletionDialog(ConfirmSheet):
    """The sheet, for the tasks of its click. app_actions: tells the outcome once it has closed."""

    help_page = "data"

    def __init__(
        self, services: Services, deletions: Deletions, app_actions: Actions, parent: QWidget | None
    ) -> None:
        super().__init__(tr("Delete tasks"), parent)
        self._services = services
        self._deletions = deletions
        self._app_actions = app_actions
        self._keys: tuple[int, ...] = ()
        self._plan: DeletionPlan | None = None
        self.field = LineEdit(enter_moves_on=False)
        grid = FieldGrid()
        grid.add_field(tr("Type “{word}” to confirm", word=_word()), self.field)
        self.column.addLayout(grid)
        self.field.textChanged.connect(self._enable)
        self.field.returnPressed.connect(self._go_to_button)

    def ask(self, task_keys: Sequence[int]) -> None:
        self._keys = tuple(task_keys)
        self.field.clear()
        self._show_plan(None)
        self._services.scope.spawn(f"plan deletion {self._keys[:1]}", self._look(self._keys))
        self.present(self.field)

    # -- what would go -------------------------------------------------------------------------

    async def _look(self, keys: tuple[int, ...]) -> None:
        try:
            plan = await self._deletions.plan(keys)
        except LedgerError as error:
            self.text.setText(tr("The history could not be read ({reason}).", reason=error.reason))
            return
        if keys == self._keys:
            self._show_plan(plan)

    def _show_plan(self, plan: DeletionPlan | None) -> None:
        self._plan = plan
        if plan is None:
            what = tr("Checking the selected tasks…")
        elif plan.keys:
            what = plan_text(plan)
        else:
            what = tr("None of the selected tasks can be deleted.")
        kept = kept_text(plan.kept) if plan is not None else ""
        about = f"{what} {kept}".strip()
        for part in (self.field, self.verb_button):
            part.setAccessibleDescription(about)
        stays = tr(
            "Daily totals no longer include them. Files you saved and the service's records are "
            "kept."
        )
        self.say(about, delete_label(len(plan.keys) if plan is not None else 0), notes=stays)
        self._enable()

    def _enable(self) -> None:
        is_some = self._plan is not None and bool(self._plan.keys)
        is_meant = self.field.text().strip().casefold() == _word().casefold()
        self.field.setEnabled(self._plan is None or is_some)
        self.verb_button.setEnabled(is_some and is_meant)

    def _go_to_button(self) -> None:
        if self.verb_button.isEnabled():
            self.verb_button.setFocus(Qt.FocusReason.TabFocusReason)

    # -- the deletion --------------------------------------------------------------------------

    def confirm(self) -> None:
        if self._plan is not None:
            self._services.scope.spawn("delete tasks", self._run(self._plan))
            self.accept()

    async def _run(self, plan: DeletionPlan) -> None:
        result = await self._deletions.delete(plan.keys)
        self._app_actions.done.emit(result_text(result))


def _word() -> str:
    """What is typed so that nobody deletes by a slip."""
    return tr("delete")
