"""After a restart: rows of Sessions and the notice on the program's own services."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QApplication

from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.demo.simulator_process import DEMO_KEY
from enigma_panel.services.types import Recovered
from enigma_panel.ui.notices.from_before import FromBefore
from enigma_panel.ui.sessions.model import Column, SessionsModel
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from tests.conftest import Simulator
from tests.kit.tables import SPOKEN, cell_text
from tests.kit.wait import until
from tests.services.conftest import Running, running

__all__ = ["running"]  # a fixture

Start = Callable[..., Simulator]
LONG = TaskSpec(text="Research opening hours of 12 pharmacies, as a table", close_after=False)


async def working(parts: Parts) -> tuple[int, int]:
    """A session whose task works; the keys of both."""
    sessions: Any = parts.services.sessions
    key = await sessions.start(LONG)
    await until(lambda: sessions.task(key).status is TaskStatus.WORKING)
    await until(lambda: sessions.task(key).service_id)
    return sessions.task(key).session_key, key


def rows_of(parts: Parts, *session_keys: int, tasks: tuple[int, ...] = ()) -> SessionsModel:
    rows = SessionsModel(parts.services, PointerHold(parts.services.clock.now_ms))
    rows.set_from_before(Recovered(sessions=session_keys, tasks=frozenset(tasks)))
    return rows


async def test_after_a_restart_the_row_tells_and_ends_what_was_open(
    qapp: QApplication, simulator: Start, running: Running
) -> None:
    url = simulator("--speed", "5").url
    async with running(url) as parts:
        key, task = await working(parts)
    async with running(url) as parts:
        services = parts.services
        rows = rows_of(parts, key, tasks=(task,))
        before = FromBefore(services, Recovered(sessions=(key,), tasks=frozenset({task})))
        assert before.notice() is not None
        assert cell_text(rows, key, Column.SESSION, SPOKEN).endswith("from before")
        await until(lambda: cell_text(rows, key, Column.STATE) == "Running")
        assert "1 browser is still open" in before.notice().title  # type: ignore[union-attr]
        await services.sessions.command([key], CommandVerb.TERMINATE)
        await until(lambda: services.sessions.session(key).is_ended)  # type: ignore[union-attr]
        assert before.notice() is None


async def test_without_a_key_terminate_waits_and_another_key_cannot_do_it(
    qapp: QApplication, simulator: Start, running: Running
) -> None:
    async with running(simulator("--speed", "5").url) as parts:
        services, account = parts.services, parts.services.account
        sessions: Any = services.sessions
        key, _ = await working(parts)
        rows = rows_of(parts, key)
        await account.remove()
        assert sessions.terminable_keys() == [key]
        assert not sessions.can(key, CommandVerb.PAUSE), "for now or never"
        services.scope.spawn("terminate", sessions.command([key], CommandVerb.TERMINATE))
        await until(lambda: "Terminate once there is a key" in cell_text(rows, key, 0, SPOKEN))
        await account.save("enig_of_somebody_else", even_refused=True)
        assert "opened with another key" in cell_text(rows, key, Column.TASK, SPOKEN)
        assert sessions.terminable_keys() == []
        await account.save(DEMO_KEY)
        await until(lambda: sessions.session(key).phase is Phase.ENDED_BY_YOU)
