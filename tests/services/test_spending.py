"""How far a balance goes, and what one more task may cost."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.services.spending import LAST, Price, Spending
from enigma_panel.services.types import Diff
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW


class FakeStore(QObject):
    """Records that a test puts in."""

    changed = Signal(object)

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
    price = spending.price("bank.example")
    assert price is not None
    assert price.median == Decimal("0.50")
    assert spending.price() == Price.of([Decimal("0.02")] * 3)


def test_of_fewer_than_three_tasks_there_is_no_price(scene: Scene) -> None:
    scene.store.put(ended(1, "0.01"), ended(2, "0.02"), ended(3, None), ended(4, "-1"))
    assert scene.spending.price() is None
    scene.store.put(ended(5, "0.05"))
    price = scene.spending.price()
    assert price is not None
    assert price.median == Decimal("0.02")


@pytest.mark.parametrize("balance", ["NaN", "-1", "1E+30"])
def test_of_a_foolish_balance_nothing_is_forecast(scene: Scene, balance: str) -> None:
    scene.store.put(ended(1, "0.1"))
    assert scene.spending.forecast(Decimal(balance)) is None


def test_of_tasks_that_cost_nothing_nothing_is_forecast(scene: Scene) -> None:
    scene.store.put(ended(1, "0"), ended(2, "1E-12"))
    assert scene.spending.forecast(Decimal(5)) is None
    scene.store.put(a_task(3, status=TaskStatus.DONE, ended_ms=NOW, usage=Usage(cost=Decimal(2))))
    assert scene.spending.forecast(Decimal(5)) == 7
