"""What was sent to a session is known after a restart, to whoever has the key."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from enigma_panel.core.secrets.redaction import MARK, Fingerprinter, Redactor
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.questions.inbox import CHECK_S
from enigma_panel.services.state import sent_secrets
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.redaction import RedactionFilter
from enigma_panel.services.state.sent_secrets import SentSecrets
from enigma_panel.store.keychain import MemoryStore, Result, SecretOutcome
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.clock import NOW
from tests.kit.ledgers import open_ledger
from tests.kit.wait import until
from tests.services.commands.bench import Executor
from tests.store.helpers import started

PASSWORD, PHRASE, QUOTED = "hunter2hunter2", "correct horse battery", 'a "quoted" one'
ECHO = f"I typed {PASSWORD} and {PHRASE}"
LABELLED = "password: zebra-47-crossing"


class NoKeychain(MemoryStore):
    def get(self) -> Result:
        return Result(outcome=SecretOutcome.NO_KEYCHAIN)


class Runs:
    """One run after the other over one ledger. key_store: the keychain of all of them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.key_store = MemoryStore()
        self.scope = TaskScope()
        self.writer = LedgerWriter(ledger, Executor())
        self.task = started(ledger)
        self.key = self.task.session_key
        self.other = started(ledger).session_key

    def make(self) -> tuple[SentSecrets, Redactor]:
        redactor = Redactor(b"k" * 32)
        return SentSecrets(redactor, self.writer, self.scope, self.key_store), redactor

    async def begin(self, *session_keys: int) -> tuple[SentSecrets, Redactor]:
        """The next run, in whose memory these sessions are."""
        made, redactor = self.make()
        made.load(self.ledger.sent_secrets(), session_keys)
        if made._search is not None:
            await made._search
        return made, redactor

    async def send(self, *texts: str) -> None:
        first, _ = await self.begin(self.key, self.other)
        await first.keep(self.key, texts)

    def rows(self) -> list[Any]:
        return self.ledger._db.rows("SELECT * FROM sent_secrets ORDER BY session_key, key_id")


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    ledger = open_ledger(tmp_path / "ledger.sqlite3")
    yield Runs(ledger)
    ledger.close()


async def test_the_next_run_knows_a_password_until_its_session_is_over(runs: Runs) -> None:
    await runs.send(PASSWORD, PHRASE, QUOTED)
    second, redactor = await runs.begin(runs.key)
    assert redactor.redact(ECHO) == f"I typed {MARK} and {MARK}"
    assert redactor.redact(r'{"typed": "a \"quoted\" one"}') == f'{{"typed": "{MARK}"}}'
    assert redactor.redact(LABELLED) == LABELLED
    second.forget(runs.key)
    assert redactor.redact(ECHO) == ECHO
    await until(lambda: runs.rows() == [])
    _, redactor = await runs.begin(runs.key)
    assert redactor.redact(ECHO) == ECHO


async def test_the_ledger_holds_length_and_digest_and_the_keychain_the_key(
    runs: Runs,
) -> None:
    await runs.begin(runs.key)
    assert runs.key_store.get().outcome is SecretOutcome.ABSENT  # nobody answered yet
    await runs.send(PASSWORD)
    key = runs.key_store.get().secret or ""
    assert len(bytes.fromhex(key)) == 32
    made = Fingerprinter(key.encode()).of_secret(PASSWORD.encode())
    assert [row[2:] for row in runs.rows()] == [(len(PASSWORD), made.digest, made.anchor)]


async def test_each_keychain_has_a_key_of_its_own(runs: Runs) -> None:
    await runs.send(PASSWORD)
    first, runs.key_store = runs.key_store, MemoryStore()
    await runs.send(PASSWORD)
    assert first.get().secret != runs.key_store.get().secret
    assert len({row[1] for row in runs.rows()}) == 2


async def test_what_is_short_is_not_kept(runs: Runs) -> None:
    await runs.send("1234567", "  short  ")
    assert runs.rows() == []
    assert runs.key_store.get().outcome is SecretOutcome.ABSENT


@pytest.mark.parametrize("key_store", [MemoryStore, NoKeychain])
async def test_without_the_key_what_looks_like_a_password_is_hidden(
    runs: Runs, key_store: type[MemoryStore]
) -> None:
    """There is no keychain, or another computer's ledger was taken over."""
    runs.key_store = key_store()
    await runs.send(PASSWORD)
    assert [bool(row[1]) for row in runs.rows()] == [key_store is MemoryStore]
    runs.key_store = MemoryStore()
    second, redactor = await runs.begin(runs.key, runs.other)
    assert redactor.redact(LABELLED) == f"password: {MARK}"
    second.forget(runs.other)
    assert redactor.redact(LABELLED) == f"password: {MARK}"
    second.forget(runs.key)
    assert redactor.redact(LABELLED) == LABELLED


async def test_what_was_sent_to_sessions_that_are_over_is_forgotten_at_the_start(
    runs: Runs,
) -> None:
    await runs.send(PASSWORD)
    _, redactor = await runs.begin(runs.other)
    await until(lambda: runs.rows() == [])
    assert redactor.redact(f"{ECHO} {LABELLED}") == f"{ECHO} {LABELLED}"


async def test_a_keychain_that_hangs_holds_no_answer_up(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens = threading.Event()

    class Hanging(MemoryStore):
        def get(self) -> Result:
            opens.wait(60)
            return super().get()

    monkeypatch.setattr(sent_secrets, "WAIT_S", 0.05)
    runs.key_store = Hanging()
    made, _ = runs.make()
    await made.keep(runs.key, [PASSWORD])
    assert [row[1:3] for row in runs.rows()] == [(b"", 0)]
    opens.set()
    assert made._search is not None
    await made._search
    await made.keep(runs.key, [PHRASE])
    assert [bool(row[1]) for row in runs.rows()] == [False, True]


async def test_a_keychain_that_is_not_unlocked_is_asked_at_the_start_and_at_one_answer(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who dismisses its dialog is not asked by each answer."""
    monkeypatch.setattr(sent_secrets, "KEYCHAIN_S", 0.05)
    await runs.send(PASSWORD)
    asked: list[int] = []

    class Hanging(MemoryStore):
        def get(self) -> Result:
            asked.append(1)
            threading.Event().wait(5)
            return super().get()

    runs.key_store = Hanging()
    made, redactor = await runs.begin(runs.key)
    assert (asked, redactor.hides_shapes) == ([1], True)
    for text in (PASSWORD, PHRASE, QUOTED):
        await made.keep(runs.other, [text])
    assert asked == [1, 1]


async def test_the_start_makes_no_key(runs: Runs) -> None:
    """That of the run before may be in a keychain that is locked now."""
    await runs.send(PASSWORD)
    runs.key_store = MemoryStore()
    made, redactor = await runs.begin(runs.key)
    assert runs.key_store.get().outcome is SecretOutcome.ABSENT
    await made.keep(runs.other, [PHRASE])
    assert runs.key_store.get().outcome is SecretOutcome.FOUND
    assert redactor.hides_shapes


async def test_where_another_program_made_a_key_meanwhile_that_one_is_used(runs: Runs) -> None:
    class Shared(MemoryStore):
        def save(self, secret: str) -> Result:
            super().save(secret)
            return super().save("ab" * 32)  # of the other program

    runs.key_store = Shared()
    await runs.send(PASSWORD)
    assert [row[1] for row in runs.rows()] == [Fingerprinter(b"ab" * 32).key_id]


async def test_it_goes_with_its_session(runs: Runs) -> None:
    first, _ = await runs.begin(runs.key, runs.other)
    await first.keep(runs.key, [PASSWORD])
    await first.keep(runs.other, [PASSWORD])
    db = runs.ledger._db
    db.execute("UPDATE tasks SET status = 'done', ended_ms = 1")
    db.execute("UPDATE sessions SET phase = 'closed', ended_ms = 1")
    db.execute("UPDATE intents SET outcome = 'known', settled_ms = 1")
    gone = runs.ledger.delete([runs.task.key], NOW + 600_000, NOW + 600_000)
    assert gone.sessions == (runs.key,)
    assert [row[0] for row in runs.rows()] == [runs.other]


@pytest.mark.parametrize("column", ["key_id", "digest", "anchor"])
async def test_a_row_that_nobody_can_have_written_counts_as_unknown(
    runs: Runs, column: str
) -> None:
    await runs.send(PASSWORD)
    runs.ledger._db.execute(f"UPDATE sent_secrets SET {column} = x'00ff'")
    _, redactor = await runs.begin(runs.key)
    assert redactor.redact(LABELLED) == f"password: {MARK}"


@pytest.mark.parametrize("is_known", [False, True])
def test_a_question_that_passed_by_its_shape_is_the_same_once_the_key_is_there(
    is_known: bool,
) -> None:
    redactor = Redactor(b"k" * 32)
    is_same, text = RedactionFilter(redactor).is_same, f"Is this right? Password: {PASSWORD}"
    redactor.hides_shapes = True
    before = redactor.redact(text)
    redactor.hides_shapes = False
    if is_known:
        redactor.add_secret(PASSWORD)
    assert is_same(redactor.redact(text), before)
    for other in ("Is that right? Password: x", f"{text}, and may I buy it?"):
        assert not is_same(redactor.redact(other), before)


async def test_the_end_of_one_session_takes_nothing_from_another(runs: Runs) -> None:
    first, _ = await runs.begin(runs.key, runs.other)
    await first.keep(runs.key, [PASSWORD])
    await first.keep(runs.other, [PHRASE])
    first.forget(runs.key)
    assert first.session_keys() == {runs.other}
    await until(lambda: runs.key not in [row[0] for row in runs.rows()])
    _, redactor = await runs.begin(runs.key, runs.other)
    assert redactor.redact(ECHO) == f"I typed {PASSWORD} and {MARK}"


async def test_shapes_are_hidden_until_the_last_such_session_is_over(runs: Runs) -> None:
    runs.key_store = NoKeychain()
    first, _ = await runs.begin(runs.key, runs.other)
    await first.keep(runs.key, [PASSWORD])
    await first.keep(runs.other, [PHRASE])
    second, redactor = await runs.begin(runs.key, runs.other)
    second.forget(runs.key)
    assert redactor.redact(LABELLED) == f"password: {MARK}"
    second.forget(runs.other)
    assert redactor.redact(LABELLED) == LABELLED
    assert second.session_keys() == set()


async def test_one_that_nobody_can_recognise_keeps_no_other_from_it(runs: Runs) -> None:
    key_store, runs.key_store = runs.key_store, NoKeychain()
    await runs.send(PASSWORD)
    runs.key_store = key_store
    await runs.send(PHRASE)
    _, redactor = await runs.begin(runs.key)
    assert redactor.redact(ECHO) == f"I typed {PASSWORD} and {MARK}"
    assert redactor.hides_shapes


@pytest.mark.parametrize("text", [f" {PASSWORD}", f"{PASSWORD}\n"])
async def test_outer_white_space_does_not_count(runs: Runs, text: str) -> None:
    """As in Redactor.add_secret: a password is pasted with a space or a line's end."""
    await runs.send(text)
    _, redactor = await runs.begin(runs.key)
    assert redactor.redact(ECHO) == f"I typed {MARK} and {PHRASE}"


async def test_what_is_found_is_not_asked_for_again(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await runs.send(PASSWORD)
    made, _ = await runs.begin(runs.key)
    asked = Mock(side_effect=runs.key_store.get)
    monkeypatch.setattr(runs.key_store, "get", asked)
    await made.keep(runs.key, [PHRASE])
    assert not asked.called


async def test_a_keychain_that_still_asks_is_not_asked_a_second_time(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await runs.send(PASSWORD)
    monkeypatch.setattr(sent_secrets, "WAIT_S", 0.05)
    opens, asked = threading.Event(), []

    def get() -> Result:
        asked.append(1)
        opens.wait(60)
        return Result(outcome=SecretOutcome.LOCKED)

    monkeypatch.setattr(runs.key_store, "get", get)
    made, _ = runs.make()
    made.load(runs.ledger.sent_secrets(), [runs.key])
    await made.keep(runs.key, [PHRASE])
    assert asked == [1]
    opens.set()


async def test_an_empty_entry_is_no_key(runs: Runs) -> None:
    runs.key_store.save("")
    await runs.send(PASSWORD)
    assert [row[1] for row in runs.rows()] == [b""]


async def test_the_key_is_in_no_file_and_no_log(
    runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await runs.send(PASSWORD)
    key = runs.key_store.get().secret or ""
    files = runs.ledger.path.parent.glob("ledger.sqlite3*")
    told = b"".join(map(Path.read_bytes, files)) + caplog.text.encode()
    assert [part for at in range(57) if (part := key[at : at + 8].encode()) in told] == []


def test_an_answer_waits_no_longer_for_the_key_than_for_its_check() -> None:
    assert sent_secrets.WAIT_S <= CHECK_S


def test_another_labelled_password_makes_another_question() -> None:
    is_same = RedactionFilter(Redactor(b"k" * 32)).is_same
    assert not is_same(f"{MARK}: is “password: b2” right?", f"{MARK}: is “password: a1” right?")
