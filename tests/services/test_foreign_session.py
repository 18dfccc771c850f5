"""What can be done with a session that was opened with another key, or at another address."""

from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.types import ForeignSession
from tests.kit.existing import existing
from tests.kit.fakes import FakeAccount
from tests.services.commands.bench import URL, Bench

ENDS = {CommandVerb.STOP, CommandVerb.TERMINATE}


@pytest.mark.parametrize(
    ("url", "key_fingerprint", "foreign", "able"),
    [
        (URL, "p", None, {*ENDS, CommandVerb.PAUSE}),
        (URL, "", None, ENDS),
        (URL, "q", ForeignSession.KEY, set()),
        ("https://other.example", "p", ForeignSession.ADDRESS, set()),
        ("https://other.example", "", ForeignSession.ADDRESS, set()),
    ],
)
async def test_what_can_be_done(
    bench: Bench,
    url: str,
    key_fingerprint: str,
    foreign: ForeignSession | None,
    able: set[CommandVerb],
) -> None:
    key = await bench.open()
    account = FakeAccount(client=object() if key_fingerprint else None)
    account.base_url, account.key_fingerprint = url, key_fingerprint
    context = replace(bench.context, account=cast("Any", account))
    nothing = cast("Any", None)
    sessions = Sessions(context, bench.starts, bench.commands, nothing, nothing)
    session = existing(bench.store.session(key))
    assert sessions.foreign(session) is foreign
    assert {verb for verb in CommandVerb if sessions.can(key, verb)} == able
    assert sessions.terminable_keys() == ([key] if able else [])
