"""An answer to a question for a secret, and an agent that repeats it wherever it can."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.core.observation import Kind
from enigma_panel.core.questions.kinds import QuestionKind, credentials_text
from enigma_panel.core.secrets.redaction import MARK
from enigma_panel.core.secrets.secret_answers import login_secrets
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.types import Answer, AnswerOutcome, AnswerResult
from tests.conftest import Simulator, first_and_weekly_each, up_and_weekly_each
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.conftest import Running
from tests.services.live.bench import Bench
from tests.services.queue.test_unknown_outcomes import faults, push_live

Start = Callable[..., Simulator]
PASSPHRASE = "correct horse, battery!"
ECHO = f"I typed {PASSPHRASE} there"
CLEAN = "I typed [redacted] there"


def asks(text: str) -> dict[str, Any]:
    """A poll's body with that question."""
    data = {"type": "human_input_needed", "value": text}
    return {"success": True, "type": "guardrail_trigger", "data": data}


ENDS = {
    TaskStatus.DONE: {"success": True, "type": "task_completed", "data": {"message": ECHO}},
    TaskStatus.FAILED: {"success": False, "type": "task_failed", "code": PASSPHRASE, "error": ECHO},
    TaskStatus.STOPPED: {"success": True, "status": "stopped", "code": PASSPHRASE, "message": ECHO},
}
STEPS = (
    {"type": "agent", "content": ECHO},
    {"type": "action", "data": {"name": "type_text", "target": PASSPHRASE}},
    {"type": "response_update", "data": {"message": ECHO}},
)


@up_and_weekly_each
@first_and_weekly_each("end", ENDS)
async def test_a_passphrase_that_the_agent_repeats_is_in_no_file(
    simulator: Start, running: Running, live_mode: str, end: TaskStatus
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        sessions, inbox = parts.services.sessions, parts.services.inbox
        key = await sessions.start(TaskSpec(text="Log in to shop.example", close_after=False))
        await until(inbox.questions)

        def poll_says(body: dict[str, Any]) -> None:
            faults(sim.url, {"path": "/task/*", "kind": "status:200", "body": body, "times": 0})

        poll_says(asks("What is the passphrase?"))
        await until(lambda: inbox.questions()[0].text == "What is the passphrase?")
        question = inbox.questions()[0]
        assert question.kind is QuestionKind.SECRET
        result = await inbox.answer(question, PASSPHRASE, AnswerVerb.RESUME)
        assert result.outcome is AnswerOutcome.DELIVERED
        told: list[str] = []
        parts.services.timeline.grown.connect(
            lambda _key, lines: told.extend(s.text for s in lines)
        )
        for step in STEPS:
            push_live(sim.url, step)
        if live_mode == "up":
            await until(lambda: told.count(CLEAN) == 2)
        poll_says(asks(f"Is “{PASSPHRASE}” right?"))
        await until(lambda: existing(sessions.task(key)).question == "Is “[redacted]” right?")
        poll_says(ENDS[end])
        await until(lambda: existing(sessions.task(key)).status is end)
        task = existing(sessions.task(key))
        assert CLEAN in {task.result, task.error}
        assert task.code in {None, "[redacted]"}
        logging.getLogger("enigma_panel").info("the agent told: %s", ECHO)
        steps = await parts.services.timeline.steps(key)
        assert PASSPHRASE not in repr([task, inbox.questions(), steps])
        files = [file for file in parts.ledger.path.parent.rglob("*") if file.is_file()]
        assert {"ledger.sqlite3", "panel.log"} <= {file.name for file in files}
        for file in files:
            assert PASSPHRASE.encode() not in file.read_bytes(), file.name


class SentAnswers(QObject):
    """Notes what an echo of an answer would look like at the moment when that is sent."""

    changed = Signal(object)

    def __init__(self, bench: Bench, told: str) -> None:
        super().__init__()
        self._bench = bench
        self._told = told
        self.echoes: list[str] = []

    async def send(self, _key: int, answer: Answer, **_facts: Any) -> AnswerResult:
        self.echoes.append(self._bench.redactor.redact(self._told.format(answer.text)))
        return AnswerResult(outcome=AnswerOutcome.DELIVERED)


@pytest.mark.parametrize(
    ("question", "answer", "secrets", "echo"),
    [
        ("Which one?", "128GB", None, "“[redacted]”"),
        ("Which one?", "128GB", (), "“128GB”"),
        ("What is the PIN?", "x y", None, "“[redacted]”"),
        ("I need login credentials", "maria and Zebra!", None, "“[redacted]”"),
        ("Which one?", "code: 482913.", None, "“code: [redacted].”"),
        ("Which one?", "MX Keys", None, "“MX Keys”"),
        ("Which one?", "MX Keys", ("MX",), "“[redacted] Keys”"),
        ("Which one?", "half \ud83d!", ("half \ud83d!",), "“[redacted]”"),
    ],
)
def test_a_secret_is_known_before_it_is_sent_by_whichever_way(
    tmp_path: Path, question: str, answer: str, secrets: tuple[str, ...] | None, echo: str
) -> None:
    assert _echoes(tmp_path, question, answer, secrets=secrets) == [echo]


def test_the_words_of_a_stop_are_no_secret(tmp_path: Path) -> None:
    text = "Stop the task."
    assert _echoes(tmp_path, "What is the PIN?", text, AnswerVerb.STOP) == [f"“{text}”"]


def test_the_username_of_a_login_is_none(tmp_path: Path) -> None:
    """It stands on every page, and in the result that was paid for."""
    name, password = "maria@shop.example", "Zebra 1!"
    told = f"{name} logged in with {password}, and not with {{}}"
    login = login_secrets(name, password)
    answer = credentials_text(name, password)
    echoes = _echoes(tmp_path, "I need login credentials", answer, secrets=login, told=told)
    assert echoes == [f"{name} logged in with [redacted], and not with [redacted]"]


def _inbox(bench: Bench, answers: SentAnswers) -> Inbox:
    poller = cast("Any", SimpleNamespace(poll_now=bench.wait))
    commands = cast("Any", SimpleNamespace(take_stop_back=AsyncMock()))
    return Inbox(bench.store, poller, cast("Answers", answers), commands)


def _echoes(
    folder: Path,
    question: str,
    answer: str,
    verb: AnswerVerb = AnswerVerb.RESUME,
    *,
    secrets: Sequence[str] | None = None,
    told: str = "“{}”",
) -> list[str]:
    echoes: list[str] = []

    async def check(bench: Bench) -> None:
        answers = SentAnswers(bench, told)
        inbox = _inbox(bench, answers)
        await bench.open()
        await bench.hear(Kind.QUESTION, question)
        await inbox.answer(inbox.questions()[0], answer, verb, secrets)
        echoes.extend(answers.echoes)

    Bench.run(folder, check)
    return echoes


async def test_what_is_sent_belongs_to_its_session(bench: Bench) -> None:
    """Whose key is seldom that of the task."""
    first, _ = await bench.open()
    await bench.add(first)
    session, task = await bench.open()
    assert session != task
    inbox = _inbox(bench, SentAnswers(bench, "{}"))
    await bench.hear(Kind.QUESTION, "What is the passphrase?")
    await inbox.answer(inbox.questions()[0], PASSPHRASE, AnswerVerb.RESUME)
    for key in {first, task} - {session}:
        bench.store.redaction.forget(key)
    assert bench.redactor.redact(PASSPHRASE) == MARK
    bench.store.redaction.forget(session)
    assert bench.redactor.redact(PASSPHRASE) == PASSPHRASE
