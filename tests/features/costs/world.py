"""The costs feature over a real ledger; of the rest of the program, fakes."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.features.costs.feature import install
from enigma_panel.features.costs.sheet import CostsSheet
from enigma_panel.features.feature import Host
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.task_reader import AccountTask, Day, DayCosts, TaskReader
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.fakes import FakeSessions, FakeTaskSearch
from tests.kit.ledgers import open_ledger, put
from tests.kit.world import World

DAY_MS = 86_400_000


class LedgerSearch(FakeTaskSearch):
    """Counts and sums by the ledger. problem_of_costs: why its costs cannot be read."""

    def __init__(self, sessions: FakeSessions, path: Path) -> None:
        super().__init__(sessions)
        self.reader = TaskReader(path)
        self.problem_of_costs: LedgerError | None = None

    def answer(self, *, by_person: bool) -> None:
        self.figures = self.reader.figures(self.filter)
        self.counted.emit()

    async def costs_of(self, days: Sequence[Day]) -> list[DayCosts]:
        if self.problem_of_costs is not None:
            raise self.problem_of_costs
        return self.reader.costs_of(days)

    async def tasks_of_account(
        self, base_url: str, key_fingerprint: str, from_ms: int
    ) -> list[AccountTask]:
        return self.reader.tasks_of_account(base_url, key_fingerprint, from_ms)


class CostsWorld(World):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.ledger: Ledger = open_ledger(folder / "ledger.sqlite3")
        self.task_search = LedgerSearch(self.sessions, self.ledger.path)
        vars(self.services)["task_search"] = self.task_search

    def put(self, key: int, cost: str | None, *, days_ago: float = 0.0, **facts: Any) -> None:
        """A task in the ledger that was started so long ago, and its session."""
        at = NOW - round(days_ago * DAY_MS)
        of_session = {"phase": Phase.CLOSED, "ended_ms": at + 60_000, "current_task": key}
        times = {"sent_ms": at, "created_ms": at, "ended_ms": at + 60_000}
        facts = {"status": TaskStatus.DONE, **times, **facts}
        of_session |= facts.pop("session", {})
        put(
            self.ledger,
            a_session(key, created_ms=at, close_after=True, **of_session),
            a_task(key, cost=cost, **facts),
        )

    def put_a_month(self) -> None:
        """Tasks of every outcome on most of the days."""
        others = (TaskStatus.FAILED, TaskStatus.STOPPED, TaskStatus.LOST, TaskStatus.UNCONFIRMED)
        for n in range(29):
            for m in range(n * 7 % 11):
                key = 100 * n + m + 1
                status = others[n % 4] if m == 3 else TaskStatus.DONE
                cost = str(Decimal(11 + 13 * (key % 5)) / 1000)
                self.put(key, cost, days_ago=29 - n, status=status)
        for key, cost in ((9_001, "0.12"), (9_002, "0.09")):
            self.put(key, cost)
        self.put(
            9_003,
            "0.05",
            status=TaskStatus.WORKING,
            ended_ms=None,
            session={"phase": Phase.OPEN, "ended_ms": None},
        )
        self.put(
            9_004,
            None,
            status=TaskStatus.ASKS,
            ended_ms=None,
            session={"phase": Phase.OPEN, "ended_ms": None},
        )

    def install(self, window: MainWindow, dialogs: Dialogs) -> None:
        notifier = DesktopNotifier()
        install(Host(services=self.services, window=window, dialogs=dialogs, notifier=notifier))

    def close(self) -> None:
        self.task_search.reader.close()
        self.ledger.close()


def sheet_of(dialogs: Dialogs) -> CostsSheet:
    sheet = dialogs.made(CostsSheet)
    assert sheet is not None
    return sheet
