"""A dialect that is chosen: in force at once, and kept where it belongs to the kept address."""

import pytest

from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.settings import choose_dialect
from enigma_panel.store.keychain import MemoryStore
from tests.kit.fakes import FakeSettings
from tests.services.test_account import make


@pytest.mark.parametrize(
    ("url", "kept"), [("https://connect.enigma.click", "W2"), ("http://127.0.0.1:9", "")]
)
async def test_it_is_kept_with_its_address(url: str, kept: str) -> None:
    account, settings = make(MemoryStore(), url), FakeSettings()
    account.is_dialect_for_run = True
    choose_dialect(settings, account, Dialect.W2)  # type: ignore[arg-type]
    assert (account.dialect, settings.value.dialect) == (Dialect.W2, kept)
    assert not account.is_dialect_for_run
    await account.set_base_url("https://connect.webrun.ai")
    assert account.chosen_dialect is None
    await account.aclose()
