"""What the parts are made of: the demo and the person's own account share nothing."""

import errno
from pathlib import Path
from typing import cast

import pytest

from enigma_panel import bootstrap
from enigma_panel.api.errors import NotConnectedError
from enigma_panel.api.protocols import ServiceClient
from enigma_panel.bootstrap import DataDirs, build
from enigma_panel.cli import Options
from enigma_panel.core.service_rules import Dialect
from enigma_panel.demo.simulator_process import DEMO_KEY
from enigma_panel.services.account import ENVIRONMENT
from enigma_panel.services.state.standby import LINGER_MS
from enigma_panel.store import settings
from enigma_panel.store.keychain import MEMORY
from enigma_panel.store.paths import FolderError, WrongFolderError, folders_below
from tests.kit.clock import NOW, HandClock
from tests.kit.fakes import FakeClient
from tests.services.conftest import Running, leave, running

__all__ = ["running"]
NOBODY = "http://127.0.0.1:9"
SAVED = "https://service.example"


async def test_the_demo_has_a_key_of_its_own(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "enig_of_a_person")
    async with running(NOBODY) as parts:
        account = parts.services.account
        assert not account.from_environment
        expected = await parts.ledger_thread.run(parts.ledger.key_fingerprint, DEMO_KEY, NOBODY)
        assert (account.key_fingerprint, account.where) == (expected, MEMORY)


async def test_a_change_in_standby_asks_a_silent_service_at_once(running: Running) -> None:
    clock = HandClock()
    client = FakeClient(clock)
    client.say_health = client.fail(NotConnectedError("refused"))
    async with running(NOBODY, clock, lambda *_: cast("ServiceClient", client)) as parts:
        parts.services.scope.spawn("health", parts.services.health.run())
        await clock.advance(LINGER_MS + 20_000)
        client.health_at.clear()
        await clock.advance(20_000)
        assert len(client.health_at) == 2
        parts.services.store.notify()
        await clock.advance(0)
        assert client.health_at[2:] == [clock.now - NOW]


@pytest.mark.parametrize(
    ("saved", "options", "expected"),
    [
        (SAVED, Options(), Dialect.W1),
        (SAVED, Options(base_url=SAVED), Dialect.W1),
        (SAVED, Options(base_url="https://connect.webrun.ai"), Dialect.W2),
        (SAVED, Options(dialect=Dialect.W2), Dialect.W2),
        ("no address", Options(), Dialect.E),
    ],
)
async def test_a_dialect_that_was_chosen_holds_for_its_address(
    tmp_path: Path, saved: str, options: Options, expected: Dialect
) -> None:
    folders = folders_below(tmp_path)
    folders.prepare()
    settings.save(folders.settings, settings.Settings(base_url=saved, dialect="W1"))
    place = DataDirs(folders=folders, root=tmp_path, throw_away=False)
    parts = await build(options, place, None)
    assert parts.services.account.dialect is expected
    await leave(parts)


def begin(options: Options) -> DataDirs:
    """The folders of a run, made and tried."""
    place = bootstrap.find_data_dirs(options)
    bootstrap.prepare_data_dirs(place, demo=options.demo)
    return place


@pytest.mark.parametrize("call", ["tempfile.mkdtemp", "pathlib.Path.touch"])
def test_a_demo_without_room_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path))

    monkeypatch.setattr(call, full)
    folder = None if call == "tempfile.mkdtemp" else tmp_path
    with pytest.raises(FolderError, match="No space left"):
        begin(Options(demo=True, data_dir=folder))


@pytest.mark.parametrize("demo", [True, False])
async def test_the_demo_and_the_account_share_no_folder(tmp_path: Path, demo: bool) -> None:
    options = Options(demo=demo, data_dir=tmp_path)
    await leave(await build(options, begin(options), NOBODY if demo else None))
    begin(options)
    with pytest.raises(WrongFolderError) as caught:
        begin(Options(demo=not demo, data_dir=tmp_path))
    assert caught.value.path == tmp_path
