"""What a person asks of sessions, and what is kept of it."""

from enigma_panel.core.models import TaskSpec
from tests.services.conftest import Running


async def test_a_tasks_own_text_stays_as_it_was_written(running: Running) -> None:
    """Also what looks like a key, and what was sent as a secret: the agent would not get it."""
    text = "Log in with enig_a-key-of-mine and zebra-47-crossing"
    async with running("http://127.0.0.1:9") as parts:
        services = parts.services
        services.store.remember_secret(1, "zebra-47-crossing")
        services.queue.set_leaving(True)  # nothing is sent
        key = await services.sessions.start(TaskSpec(text=text))
        stored = await services.store.read(lambda ledger: ledger.tasks([key])[key])
        assert stored.spec.text == text
        assert await services.sessions.recent_texts() == [text]
