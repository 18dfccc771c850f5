"""How far a balance goes, and what one more task may cost."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.spending import LAST, Price, Spending
from enigma_panel.services.types import Diff
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.wait import until


class FakeStore(QObject):
    """Records that a test puts in."""

    changed = Signal(object)
    costs_changed = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[int, Task] = {}
        self.sites: dict[int, str] = {}

    def task(self, key: int) -> Task | None:
        return self.tasks.get(key)

    def session(self, key: int) -> Session | None:
        return a_session(key, site=self.sites.get(key, "shop.example"))

    def put(self, *tasks: Task) -> None:
        self.tasks |= {task.key: task for task in tasks}
        self.changed.emit(Diff(tasks=frozenset(task.key for task in tasks)))


class FakeAccount(QObject):
    changed = Signal()


class Scene:
    def __init__(self) -> None:
        self.store = FakeStore()
        self.spending = Spending(SimpleNamespace(store=self.store, account=FakeAccount()))  # type: ignore[arg-type]


class Accounts(QObject):
    """The key in use, whose last balance comes from the ledger when the test lets it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.base_url, self.key_fingerprint = "https://service.example", ""
        self.may_read = asyncio.Event()
        self.told: dict[str, tuple[Decimal, int, Decimal]] = {}

    async def read(self, ask: Callable[[Any], object]) -> object:
        await self.may_read.wait()
        return ask(SimpleNamespace(last_balance=lambda _url, key: self.told.get(key)))

    def use(self, key: str) -> None:
        self.key_fingerprint = key
        self.changed.emit()


@pytest.fixture
def scene(qapp: object) -> Scene:
    return Scene()


def ended(key: int, cost: str | None, **fields: object) -> Task:
    facts = {"status": TaskStatus.DONE, "sent_ms": NOW, "ended_ms": NOW + key}
    return a_task(key, cost=cost, **facts | fields)


def test_the_last_tasks_whose_cost_is_known_stand_for_the_next(scene: Scene) -> None:
    store, spending = scene.store, scene.spending
    assert spending.forecast(Decimal(5)) is None
    store.put(
        *(ended(key, "100", ended_ms=NOW - key) for key in range(1, 30)),  # longer ago
        *(ended(key, "0.10") for key in range(100, 100 + LAST)),
        ended(200, None),
        ended(201, "-5"),
        *(ended(key, "9", status=TaskStatus.FAILED) for key in range(300, 310)),
        *(ended(key, "0.001", status=TaskStatus.STOPPED) for key in range(310, 320)),
        a_task(203, cost="3"),
    )
    assert spending.forecast(Decimal("7.41")) == 74
    store.put(ended(119, "2.10"))  # the service told it later
    assert spending.forecast(Decimal("7.41")) == 37


def test_a_price_is_the_median_and_most_of_the_last_twenty(scene: Scene) -> None:
    store, spending = scene.store, scene.spending
    store.put(*(ended(key, "100", ended_ms=NOW - key) for key in range(200, 230)))
    store.put(*(ended(n, f"0.{n:02}") for n in range(1, LAST + 1)))
    price = Price(median=Decimal("0.105"), low=Decimal("0.048"), high=Decimal("0.162"))
    assert spending.price() == price


def test_tasks_of_the_same_site_come_first_where_three_are_known(scene: Scene) -> None:
    store, spending = scene.store, scene.spending
    store.sites = {1: "bank.example", 2: "bank.example", 3: "bank.example"}
    store.put(ended(1, "0.50"), ended(2, "0.50"), *(ended(n, "0.02") for n in range(10, 40)))
    assert spending.price("bank.example") == spending.price()
    store.put(ended(3, "0.50"))
    price = existing(spending.price("bank.example"))
    assert price.median == Decimal("0.50")
    assert spending.price() == Price.of([Decimal("0.02")] * 3)


def test_of_fewer_than_three_tasks_there_is_no_price(scene: Scene) -> None:
    scene.store.put(ended(1, "0.01"), ended(2, "0.02"), ended(3, None), ended(4, "-1"))
    assert scene.spending.price() is None
    scene.store.put(ended(5, "0.05"))
    price = existing(scene.spending.price())
    assert price.median == Decimal("0.02")


@pytest.mark.parametrize("balance", ["NaN", "-1", "1E+30"])
def test_of_a_foolish_balance_nothing_is_forecast(scene: Scene, balance: str) -> None:
    scene.store.put(*(ended(key, "0.1") for key in (1, 2, 3)))
    assert scene.spending.forecast(Decimal(balance)) is None


def test_of_tasks_that_cost_nothing_nothing_is_forecast(scene: Scene) -> None:
    scene.store.put(ended(1, "0"), ended(2, "1E-12"), ended(4, "0"))
    assert scene.spending.forecast(Decimal(5)) is None
    scene.store.put(a_task(3, status=TaskStatus.DONE, ended_ms=NOW, usage=Usage(cost=Decimal(2))))
    assert scene.spending.forecast(Decimal(5)) == 10


def test_of_too_few_known_costs_nothing_is_forecast(scene: Scene) -> None:
    scene.store.put(ended(1, "0.10"), ended(2, "0.10"))
    assert (scene.spending.forecast(Decimal(5)), scene.spending.price()) == (None, None)
    scene.store.put(ended(3, "0.10"))
    assert scene.spending.forecast(Decimal(5)) == 50


async def test_what_is_left_is_of_the_account_in_use_alone(qapp: object) -> None:
    accounts, scope, left = Accounts(), TaskScope(), list[object]()
    store = FakeStore()
    store.read = accounts.read  # type: ignore[attr-defined]
    health = SimpleNamespace(
        forget_balance=left.clear, recall_balance=lambda *told: left.append(told)
    )
    context = SimpleNamespace(store=store, account=accounts, health=health, scope=scope)
    spending = Spending(context)  # type: ignore[arg-type]
    accounts.told = {"a": (Decimal(12), NOW, Decimal(1)), "b": (Decimal(3), NOW, Decimal(0))}
    accounts.use("a")
    await asyncio.sleep(0)
    accounts.use("b")  # while the first one's is read
    accounts.may_read.set()
    await until(lambda: scope.names() == [])
    assert left == [accounts.told["b"]]
    accounts.use("c")
    assert left == []
    await scope.close()
    assert spending.price() is None
