"""kill -9 in the middle, and everything is back; SIGTERM leaves in order."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.app.program import Driven
from tests.conftest import Simulator, up_and_weekly_each
from tests.kit.wait import wait_for

pytestmark = [pytest.mark.process, up_and_weekly_each]
Start = Callable[..., Simulator]


def _named(folder: Path) -> int:
    """How many tasks of the ledger have got the service's name."""
    with closing(sqlite3.connect(next(folder.rglob("ledger.sqlite3")))) as ledger:
        return ledger.execute("SELECT count(service_id) FROM tasks").fetchone()[0]


def _has(state: dict[str, list[list[str]]], table: str, *parts: str) -> bool:
    return any(all(any(part in cell for cell in row) for part in parts) for row in state[table])


def test_kill_in_the_middle_and_everything_is_back(simulator: Start, tmp_path: Path) -> None:
    url = simulator("--speed", "3", "--faults").url  # browsers live 100 s: two starts need some
    first = Driven(url, tmp_path)
    assert first.tell("start Log in to shop.example and read my orders") == "ok"
    assert first.tell("start-kept Research typewriters at museum.example") == "ok"
    first.until(lambda s: _has(s, "Sessions", "Needs you") and _has(s, "Sessions", "Running"))
    wait_for(lambda: _named(tmp_path) == 2)
    first.kill()

    second = Driven(url, tmp_path)
    rows = (
        ("Tasks", "Research typewriters", "Done"),  # perhaps before the kill
        ("Tasks", "Log in to shop.example", "Needs you"),
        ("Sessions", "shop.example 1", "Needs you"),
        ("Sessions", "museum.example 1", "Idle"),
    )
    second.until(lambda s: all(_has(s, *row) for row in rows))
    assert "(1)" in second.tell("title")
    assert second.quit() == (0, "")


def test_a_start_that_nobody_heard_the_end_of_is_unconfirmed(
    simulator: Start, tmp_path: Path
) -> None:
    """Killed while newTask is held: whether it runs is unknown, and it is not sent again."""
    sim = simulator("--speed", "1", "--faults")
    first = Driven(sim.url, tmp_path)
    first.tell("start Research typewriters at museum.example")
    first.until(lambda s: _has(s, "Sessions", "museum.example 1"))
    wait_for(lambda: _counts(sim.url, "applied").get("newTask"))
    first.kill()
    second = Driven(sim.url, tmp_path)
    second.until(lambda s: _has(s, "Tasks", "Research typewriters", "Unconfirmed"))
    assert second.quit() == (0, "")
    assert _counts(sim.url, "applied")["newTask"] == 1


def test_sigterm_leaves_in_order_and_the_ledger_is_sound(simulator: Start, tmp_path: Path) -> None:
    program = Driven(simulator("--speed", "6").url, tmp_path)
    program.tell("start-kept Research typewriters")
    program.until(lambda s: _has(s, "Sessions", "Running"))
    assert program.terminate() == (0, "")
    with closing(sqlite3.connect(next(tmp_path.rglob("ledger.sqlite3")))) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert ledger.execute("SELECT phase FROM sessions").fetchall() == [("open",)]
    ledger.close()


def _counts(url: str, what: str) -> dict[str, int]:
    return dict(httpx.get(f"{url}/_sim/state", trust_env=False, verify=False).json()[what])
