"""A session past its life, on a clock that runs ten times as fast."""

from collections.abc import Callable

from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from tests.conftest import Simulator
from tests.kit.clock import FastClock
from tests.kit.wait import until
from tests.services.conftest import Running

Start = Callable[..., Simulator]


async def test_a_session_past_its_life_is_expired_by_our_clock_and_never_final(
    simulator: Start, running: Running
) -> None:
    url = simulator("--speed", "10", "--faults", "--live", "off").url
    clock = FastClock()
    async with running(url, clock) as parts:
        sessions = parts.services.sessions
        key = await sessions.start(TaskSpec(text="Search for ribbons", close_after=False))
        await until(lambda: sessions.task(key).status is TaskStatus.DONE)
        session_key = sessions.task(key).session_key
        await until(lambda: sessions.session(session_key).phase is Phase.EXPIRED_ASSUMED, limit=40)
        assert not sessions.session(session_key).is_final
        assert sessions.can(session_key, CommandVerb.TERMINATE)
