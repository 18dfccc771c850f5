"""No text of any fact passes the redaction filter unseen, whatever kind of fact it is."""

from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import OWN_CODES, Kind, Observation, ResultFile, Usage
from enigma_panel.core.secrets.redaction import MARK, Redactor
from enigma_panel.services.state.redaction import RedactionFilter
from tests.kit.builders import new_task
from tests.services.live.bench import Bench

SECRET = "correct horse, battery!"
TOLD = f"I typed {SECRET} there"
KEPT = f"I typed {MARK} there"

LEDGER_ONLY = {
    "session_id": "only with it can a session that costs money be watched and ended",
    "task_id": "only with it can a result that was paid for be asked for again",
    "socket_url": "where the session's live channel is: it is opened again after a restart",
    "web_view_url": "where its browser can be watched, from Details",
    "webrtc_url": "as web_view_url",
}
"""Fields that may hold ids and addresses: they stand in the ledger and nowhere else, and why."""

LISTS: dict[str, Any] = {"files": (ResultFile(name=TOLD, url=TOLD, source=TOLD),)}
"""Fields that hold several texts each."""

NO_TEXT = {Kind, Usage, int | None, Decimal | None, bool}
"""Types of fields that cannot hold what somebody typed."""

FIELDS = get_type_hints(Observation)
TEXTS = [name for name, hint in FIELDS.items() if hint == str | None]


def test_each_field_is_a_text_that_is_looked_at_or_holds_none() -> None:
    others = {hint for name, hint in FIELDS.items() if name not in {*TEXTS, *LISTS}}
    assert others <= NO_TEXT
    assert set(get_type_hints(ResultFile).values()) == {str}
    assert set(get_type_hints(Usage).values()) <= NO_TEXT
    assert set(TEXTS) > set(LEDGER_ONLY)


def test_each_text_of_each_kind_of_fact_is_redacted() -> None:
    redactor = Redactor()
    redactor.add_secret(SECRET)
    told: dict[str, Any] = dict.fromkeys(TEXTS, TOLD)
    for kind in Kind:
        kept = RedactionFilter(redactor).redact(1, Observation(kind=kind, **told), new_task())
        for name in TEXTS:
            expected = TOLD if name in LEDGER_ONLY else KEPT
            assert getattr(kept, name) == expected, (kind, name)


def test_of_an_earlier_run_what_is_called_a_password_is_hidden_in_each_text() -> None:
    """With what this run sends there; steps are not left to who knows no sessions."""
    redactor = Redactor()
    made, told = RedactionFilter(redactor), f"password: zebra, {SECRET}"
    made.note_earlier([1])
    made.remember(1, SECRET)
    for kind in {*Kind} - {Kind.QUESTION}:
        fact = Observation(kind=kind, text=told, files=(ResultFile(name=told, url="u"),))
        kept = made.clean(1, fact)
        assert kept.text == kept.files[0].name == f"password: {MARK}, {MARK}", kind
        assert made.redact(2, fact).text == f"password: zebra, {MARK}"


@pytest.mark.parametrize("is_earlier", [False, True])
def test_a_question_whose_secret_is_known_only_now_is_the_same(is_earlier: bool) -> None:
    """It is polled again after its answer; another one is another, also from an earlier run."""
    made = RedactionFilter(Redactor())
    made.note_earlier([1] if is_earlier else [])

    def asked(text: str, before: str | None = None) -> str | None:
        fact = Observation(kind=Kind.QUESTION, text=text)
        return made.redact(1, fact, new_task(question=before)).text

    before = asked(f"Is {SECRET} right? Password: none")
    made.remember(1, SECRET)
    assert asked(f"Is {SECRET} right? Password: none", before) == before
    for other in ("Is that right? Password: none", f"Is {SECRET} right, and may I buy it?"):
        assert asked(other, before) != before
    passed = "Is this right? Password: none"  # by the run before
    assert asked(passed, passed) == passed


def test_each_text_of_what_comes_with_a_result_is_redacted() -> None:
    redactor = Redactor()
    redactor.add_secret(SECRET)
    told = Observation(kind=Kind.COMPLETED, **LISTS)
    kept = RedactionFilter(redactor).redact(1, told, new_task())
    assert kept.files == (ResultFile(name=KEPT, url=KEPT, source=KEPT),)


def test_the_address_of_a_file_can_still_be_opened() -> None:
    redactor = Redactor()
    redactor.add_id("a1b2c3d4e5f6")
    url = "https://blobs.webrun.ai/a1b2c3d4e5f6/1.pdf?token=abc123"
    told = Observation(kind=Kind.COMPLETED, files=(ResultFile(name=url, url=url),))
    kept = RedactionFilter(redactor).redact(1, told, new_task()).files[0]
    assert kept.url == url
    assert kept.name == MARK


def test_our_own_codes_stay_whatever_somebody_typed() -> None:
    """The program goes by them: which tasks can be started again, what is said of them."""
    redactor = Redactor()
    redactor.add_secret("BACK"), redactor.add_secret("TASK"), redactor.add_secret("FROM_COPY")
    for code in OWN_CODES:
        own = Observation(kind=Kind.TAKEN_BACK, code=code)
        assert RedactionFilter(redactor).redact(1, own, None).code == code


def test_no_kind_of_fact_brings_a_secret_into_the_ledger(tmp_path: Path) -> None:
    """By a reply and by the channel, each about a task of its own."""

    async def check(bench: Bench) -> None:
        facts: dict[str, Any] = {**LISTS, "text": TOLD, "code": SECRET}
        statuses: set[TaskStatus] = set()
        for kind in Kind:
            session, key = await bench.open()
            bench.store.redaction.remember(session, SECRET)
            await bench.hear(kind, **facts)
            other, other_key = await bench.open(listens=False)
            await bench.store.record(other, other_key, Observation(kind=kind, **facts))
            statuses |= {bench.task(key).status, bench.task(other_key).status}
            for task in (bench.task(key), bench.task(other_key)):
                assert SECRET not in repr(task), kind
        assert statuses > {TaskStatus.FAILED, TaskStatus.STOPPED, TaskStatus.ASKS, TaskStatus.DONE}
        await bench.timeline.flush()
        await bench.store.flush()

    Bench.run(tmp_path, check)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert SECRET.encode() not in file.read_bytes(), file.name
