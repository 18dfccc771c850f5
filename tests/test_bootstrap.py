"""What the parts are made of: the demo and the person's own account share nothing."""

import pytest

from enigma_panel.demo.simulator_process import DEMO_KEY
from enigma_panel.services.account import ENVIRONMENT
from tests.services.conftest import Running, running

__all__ = ["running"]
NOBODY = "http://127.0.0.1:9"


async def test_the_demo_has_a_key_of_its_own(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "enig_of_a_person")
    async with running(NOBODY) as parts:
        account = parts.services.account
        assert not account.from_environment
        expected = await parts.ledger_thread.run(parts.ledger.key_fingerprint, DEMO_KEY, NOBODY)
        assert account.key_fingerprint == expected
