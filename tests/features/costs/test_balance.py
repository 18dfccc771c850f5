"""How far the balance fell, and what explains it: by a ledger, and on the program's services."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.features.costs.balance import balance_text
from enigma_panel.features.costs.sheet import CostsSheet
from enigma_panel.services.clock import local_day
from enigma_panel.simulator.settings import DEMO_KEY
from tests.conftest import Simulator
from tests.features.costs.test_sheet import OPEN, Stage, stage
from tests.features.costs.world import CostsWorld
from tests.kit.builders import BASE_URL
from tests.kit.clock import NOW
from tests.kit.wait import until
from tests.services.conftest import Running, running
from tests.simulator.channels import SEND, START, new_task

__all__ = ["running", "stage"]  # fixtures
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
MINUTE = 60_000
KEY = "0123456789abcdef"
BEGIN_MS = local_day(NOW)[0]
TOPPED_UP = "was topped up or billed late; it can't be compared."


class Day:
    """Tasks of one day, each with the balance that the start of its session told."""

    def __init__(self, world: CostsWorld) -> None:
        self._world = world
        self._keys = iter(range(1, 100))

    def run(self, minute: int, balance: str | None, cost: str | None, **facts: Any) -> int:
        """A task from so many minutes after midnight on, for two minutes."""
        key, at = next(self._keys), BEGIN_MS + minute * MINUTE
        told = None if balance is None else Decimal(balance)
        of_session = {"opened_ms": at + 1_000, "balance": told} | facts.pop("session", {})
        times = {"days_ago": (NOW - at) / 86_400_000, "sent_ms": at + 1_000}
        facts = times | {"ended_ms": at + 2 * MINUTE} | facts
        self._world.put(key, cost, session=of_session, **facts)
        return key

    def said(self, key_fingerprint: str = KEY) -> str:
        """What is said of it, without the span."""
        reader = self._world.task_search.reader
        text = balance_text(reader.tasks_of_account(BASE_URL, key_fingerprint, BEGIN_MS), NOW)
        return text.partition(" balance ")[2] or text


@pytest.fixture
def day(world: CostsWorld) -> Day:
    return Day(world)


NOT_EXPLAINED = (
    "fell by $5.09. <b>$0.22 of it is unexplained.</b>"
    " Perhaps tasks of unknown cost, idle time, a late bill, or another program."
)


async def test_a_difference_is_named_with_its_span(stage: Stage) -> None:
    """The task of the last start is not in it."""
    day = Day(stage.world)
    day.run(61, "12.50", "4.12")
    day.run(70, None, "0.7499")
    day.run(80, "7.41", "3")
    assert day.said() == NOT_EXPLAINED
    stage.world.account.key_fingerprint = KEY
    sheet = await stage.open()
    assert sheet.balance.text().startswith("From 01:01 to 01:20 your balance fell by $5.09. ")
    day.run(81, None, "0.5", **OPEN | {"status": TaskStatus.WORKING})
    day.run(90, "4.41", None, **OPEN)
    stage.world.task_search.answer(by_person=False)
    await stage.world.settle()
    assert sheet.balance.text().endswith(NOT_EXPLAINED)  # what runs began later


@pytest.mark.parametrize("cost", ["0.2401", "0.25", "0.2599"])
def test_less_than_a_cent_is_explained(day: Day, cost: str) -> None:
    day.run(1, None, "9")
    day.run(10, "12.50", cost)
    day.run(20, "12.25", "1")
    assert day.said() == "fell by $0.25. Tasks started here explain it."


def _amounts(text: str) -> list[Decimal]:
    return [Decimal(amount) for amount in re.findall(r"\$(\d+\.\d\d)\b", text)]


@pytest.mark.parametrize("balances", [("12.50", "11", "12"), ("5", "15"), ("12.50", "12.3")])
def test_a_rise_or_a_fall_by_less_than_tasks_cost_is_not_comparable(
    day: Day, balances: tuple[str, ...]
) -> None:
    for n, balance in enumerate(balances):
        day.run(1 + 10 * n, balance, "0.25")
    assert day.said() == TOPPED_UP


def test_a_balance_that_came_while_another_task_ran_does_not_count(day: Day) -> None:
    """It lacks a part of that task's cost, nobody knows which."""
    day.run(10, "12.50", "0.25")
    day.run(11, "12.40", "0.25")
    assert day.said() == ""
    # It ended while the start was under way: the balance may be from before.
    day.run(13, "12.40", "0.25", session={"opened_ms": BEGIN_MS + 14 * MINUTE})
    day.run(9, None, "0.10", ended_ms=BEGIN_MS + 13 * MINUTE + 500)
    assert day.said() == ""
    day.run(20, "11.65", "0.25")
    day.run(30, "11.40", "0.25")
    assert day.said() == "fell by $0.25. Tasks started here explain it."


def test_what_tasks_of_unknown_cost_took_is_unexplained_and_not_what_one_takes_that_runs(
    day: Day,
) -> None:
    """After a kill some tasks are lost or unconfirmed: the balance is all that tells of them."""
    day.run(10, "12.50", "0.25")
    day.run(12, None, None, status=TaskStatus.LOST)
    day.run(14, None, None, **OPEN | {"status": TaskStatus.UNCONFIRMED})
    day.run(20, "12.05", "0.25")
    unexplained = "fell by $0.45. <b>$0.20 of it is unexplained.</b>"
    assert day.said().startswith(unexplained)
    day.run(30, None, "0.05", **OPEN | {"status": TaskStatus.WORKING})
    day.run(40, "1.00", "0.25")
    assert day.said().startswith(unexplained)


def test_what_never_ran_or_long_ago_is_no_matter(day: Day) -> None:
    day.run(-1_500, None, None, status=TaskStatus.UNCONFIRMED, ended_ms=None)
    day.run(-700, None, None)
    day.run(10, "12.50", "0.25")
    day.run(20, "12.25", None, status=TaskStatus.FAILED, service_id=None)
    day.run(30, None, None, status=TaskStatus.QUEUED, sent_ms=None, ended_ms=None)
    assert day.said() == "fell by $0.25. Tasks started here explain it."


@pytest.mark.parametrize("balance", ["-0.15", "NaN", "1E+30", None])
def test_a_balance_that_can_be_none_is_ignored(day: Day, balance: str | None) -> None:
    day.run(10, "12.50", "0.25")
    day.run(20, "12.25", "0.25")
    day.run(30, balance, "0.25")
    assert day.said() == "fell by $0.25. Tasks started here explain it."


def test_another_key_or_address_is_another_account(day: Day) -> None:
    day.run(10, "12.50", "0.25")
    day.run(11, "99", "0.75", session={"key_fingerprint": "other"})
    day.run(12, "99", None, session={"base_url": "https://other.example"}, ended_ms=None)
    day.run(20, "12.25", "0.25")
    assert day.said() == "fell by $0.25. Tasks started here explain it."
    day.run(21, "98.25", "0.75", session={"key_fingerprint": "other"})
    assert day.said("other") == "fell by $0.75. Tasks started here explain it."


def test_it_begins_anew_at_midnight(day: Day) -> None:
    day.run(-20, "12.50", "0.25")
    day.run(-1, "12.10", "0.25")
    day.run(5, "11.50", "0.25")
    assert day.said() == ""
    day.run(10, "11.25", "0.25")
    assert day.said() == "fell by $0.25. Tasks started here explain it."


# -- on the program's own services -----------------------------------------------------------------


async def test_what_another_program_spent_is_found_to_the_cent(
    running: Running, simulator: Callable[..., Simulator]
) -> None:
    """Also after a restart, which knows what is left, too."""
    asks_early = ("--question-in-hold", "early")
    url = simulator("--speed", "30", "--cost-per-poll", "0.02", *asks_early).url
    async with running(url) as parts:
        explained = await _run(parts.services, "Research typewriters at museum.example")
        assert explained > 0
        await _poll_elsewhere(url, 11)
        await _run(parts.services, "Find the name of the mayor")
        left = parts.services.health.left
    async with running(url) as parts:
        sheet = CostsSheet(parts.services, None, lambda _filter: None)
        sheet.ask()
        await until(lambda: sheet.balance.text() != "")
        fell = explained + Decimal("0.22")
        assert _amounts(sheet.balance.text()) == [fell, Decimal("0.22")]
        health = parts.services.health
        await until(lambda: health.left is not None)
        assert health.left == left
        sheet.close()
        sheet.deleteLater()


async def _run(services: Any, text: str) -> Decimal:
    """Run a task; returns what it cost."""
    spec = TaskSpec(text=text, close_after=True)
    key, sessions = await services.sessions.start(spec), services.sessions
    await until(lambda: sessions.task(key).is_final and sessions.task(key).cost is not None)
    return Decimal(sessions.task(key).cost)


async def _poll_elsewhere(url: str, times: int) -> None:
    """Do what another program does with the same key: start a task, and poll it so many times."""
    key = {"Authorization": f"Bearer {DEMO_KEY}"}
    async with httpx.AsyncClient(base_url=url, headers=key, timeout=60, trust_env=False) as client:
        session_id = (await client.post(START, json={})).json()["sessionId"]
        message = {"sessionId": session_id, "message": new_task("Log in to bank.example")}
        task_id = (await client.post(SEND, json=message)).json()["taskId"]
        for _ in range(times):
            await client.get(f"/task/{session_id}/{task_id}")
