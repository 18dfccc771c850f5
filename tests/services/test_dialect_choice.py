"""A dialect that is chosen: in force at once, and kept where it belongs to the kept address."""

from collections.abc import Callable

import pytest

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.core.service_rules import RULES, Dialect
from enigma_panel.services.settings import choose_dialect
from enigma_panel.store.keychain import MemoryStore
from enigma_panel.store.settings import Settings
from tests.conftest import Simulator, first_and_weekly_each
from tests.kit.existing import existing
from tests.kit.fakes import FakeSettings
from tests.kit.wait import until
from tests.services.conftest import Running
from tests.services.test_account import make

Start = Callable[..., Simulator]


@pytest.mark.parametrize(
    ("url", "saved", "kept"),
    [
        ("https://connect.enigma.click", "https://connect.enigma.click", "W2"),
        ("https://connect.enigma.click", "https://Connect.enigma.click:443/", "W2"),
        ("http://127.0.0.1:9", "https://connect.enigma.click", ""),
        ("http://127.0.0.1:9", "nonsense", ""),
    ],
)
async def test_it_is_kept_with_its_address(url: str, saved: str, kept: str) -> None:
    account, settings = make(MemoryStore(), url), FakeSettings()
    settings.value = Settings(base_url=saved)
    account.is_dialect_for_run = True
    choose_dialect(settings, account, Dialect.W2)
    assert (account.dialect, settings.value.dialect) == (Dialect.W2, kept)
    assert not account.is_dialect_for_run
    await account.set_base_url("https://connect.webrun.ai")
    assert account.chosen_dialect is None
    await account.aclose()


@first_and_weekly_each("one_call", [False, True])
@first_and_weekly_each(
    "used, spoken", [(Dialect.E, Dialect.W2), (Dialect.W1, Dialect.W2), (Dialect.W2, Dialect.E)]
)
async def test_a_refusal_tells_the_dialect_in_which_the_task_is_taken(
    simulator: Start, running: Running, used: Dialect, spoken: Dialect, one_call: bool
) -> None:
    spec = TaskSpec(text="Search for MX Keys at amazon.com", close_after=True)
    sim = simulator("--speed", "20", "--dialect", spoken)
    async with running(sim.url, dialect=used) as parts:
        sessions, account = parts.services.sessions, parts.services.account

        async def status(key: int) -> TaskStatus:
            await until(lambda: (task := sessions.task(key)) is not None and task.is_final)
            task = existing(sessions.task(key))
            return task.status

        refused = await sessions.start(spec, one_call=one_call)
        assert await status(refused) is TaskStatus.FAILED
        task = existing(sessions.task(refused))
        assert RULES[used].switches[task.code or ""] is spoken
        choose_dialect(parts.services.settings, account, spoken)
        assert await status(await sessions.start(spec, one_call=one_call)) is TaskStatus.DONE
