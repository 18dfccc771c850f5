"""The dialog manager, made with all its dialogs when it is first needed."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from enigma_panel.core.models import TaskSpec

if TYPE_CHECKING:
    from enigma_panel.ui.actions import Actions, TaskRows
    from enigma_panel.ui.dialog_manager import DialogManager
    from enigma_panel.ui.widgets.table import KeyedTable


class LazyDialogs:
    """`Dialogs` over a DialogManager that `make` makes once."""

    def __init__(self, make: Callable[[], "DialogManager"]) -> None:
        self._make = make
        self._made: DialogManager | None = None

    def get(self) -> "DialogManager":
        """The manager, made now if it was not before."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def close_all(self) -> None:
        """Hide every dialog that there is."""
        if self._made is not None:
            self._made.close_all()

    # -- dialogs that the window opens ---------------------------------------------------------

    def open_new_task(self, session_key: int | None, prefill: TaskSpec | None) -> None:
        """New task."""
        self.get().open_new_task(session_key, prefill)

    def open_question(self, task_key: int | None) -> None:
        """The question of that task, or the one with the least time left."""
        self.get().open_question(task_key)

    def open_settings(self) -> None:
        """Settings."""
        self.get().open_settings()

    def open_key(self) -> None:
        """API key."""
        self.get().open_key()

    def confirm_terminate_all(self, session_keys: Sequence[int]) -> None:
        """Ask whether these sessions are to be terminated, and do it."""
        self.get().confirm_terminate_all(session_keys)

    def open_export(self, table: "KeyedTable", *, of_selected: bool) -> None:
        """Export of that table's rows."""
        self.get().open_export(table, of_selected=of_selected)

    def open_run_again(self, task_keys: Sequence[int]) -> None:
        """Ask whether these tasks are to be run again, and do it."""
        self.get().open_run_again(task_keys)

    def open_deletion(self, task_keys: Sequence[int]) -> None:
        """Ask whether these tasks are to be deleted, and do it."""
        self.get().open_deletion(task_keys)

    def open_result(self, task_key: int, rows: "TaskRows", actions: "Actions") -> None:
        """The result of that task. rows: where its *Previous* and *Next* go on."""
        self.get().open_result(task_key, rows, actions)

    def leave_demo(self) -> None:
        """Go from the demo service to the person's own account."""
        self.get().leave_demo()
