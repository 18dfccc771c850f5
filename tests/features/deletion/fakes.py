"""The deletion feature over fakes: what becomes of a deletion is put in by the test."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from PySide6.QtGui import QAction

from enigma_panel.core.deletion import DeletionPlan, KeptReason, kept_because
from enigma_panel.features.deletion.deletions import DeletionResult
from enigma_panel.features.deletion.feature import add_command
from enigma_panel.features.feature import Host
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.fakes import FakeSessions, task_sum
from tests.kit.world import World


class FakeDeletions:
    """Deletes records of FakeSessions."""

    def __init__(self, sessions: FakeSessions) -> None:
        self._sessions = sessions
        self.deleted: list[int] = []
        self.result: DeletionResult | None = None
        self.problem: LedgerError | None = None

    def may_delete_any(self, task_keys: Sequence[int]) -> bool:
        return any(self._kept(key) is None for key in task_keys)

    async def plan(self, task_keys: Sequence[int]) -> DeletionPlan:
        if self.problem is not None:
            raise self.problem
        reasons = {key: self._kept(key) for key in task_keys if key in self._sessions.tasks}
        keys = [key for key, reason in reasons.items() if reason is None]
        kept = Counter(reason for reason in reasons.values() if reason is not None)
        total = task_sum([self._sessions.tasks[key] for key in keys])
        return DeletionPlan(keys=tuple(keys), total=total, kept=dict(kept))

    async def delete(self, task_keys: Sequence[int]) -> DeletionResult:
        self.deleted += task_keys
        if self.result is not None:
            return self.result
        self._sessions.delete(task_keys)
        return DeletionResult(deleted=len(task_keys))

    def _kept(self, key: int) -> KeptReason | None:
        task = self._sessions.tasks.get(key)
        session = self._sessions.sessions.get(task.session_key) if task is not None else None
        if task is None or session is None:
            return None
        return kept_because(task.status, is_over=session.is_final)


class DeletionWorld(World):
    def __init__(self) -> None:
        super().__init__()
        self.deletions = FakeDeletions(self.sessions)

    def install(self, window: MainWindow, dialogs: Dialogs) -> QAction:
        """Add the feature to a window over these fakes; its command."""
        host = Host(
            services=self.services, window=window, dialogs=dialogs, notifier=DesktopNotifier()
        )
        add_command(host, cast("Any", self.deletions))
        return window.menus.for_tasks[-1]
