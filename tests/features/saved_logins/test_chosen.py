"""A login that was chosen with the task answers its first question for a login, and no other."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.api.errors import ApiError, InterruptedCallError
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.features.saved_logins.chosen import ChosenLogins
from enigma_panel.features.saved_logins.logins import LoginResult, Logins
from enigma_panel.features.saved_logins.settings import LoginSettings, SavedLogin
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.sessions import Sessions
from enigma_panel.store.keychain import MemoryStore, SecretOutcome
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from enigma_panel.ui.text.steps import step_text
from tests.conftest import Simulator, up_and_weekly_each
from tests.kit.existing import existing
from tests.kit.fakes import FakeSettings
from tests.kit.wait import until
from tests.services.commands.bench import URL, Bench, rejected
from tests.services.conftest import Running

LOGIN, PASSWORD = "I need login credentials to proceed.", "zebra-47-crossing"
SPEC = TaskSpec(text="Log in to bank.example", login="maria", close_after=False)
MARIA = SavedLogin(host="bank.example", account="maria")
SENT = f"Username: maria, Password: {PASSWORD}"


class OpenKeychain(Logins):
    """One that answers after `takes_s`, without a thread, which virtual time would outrun."""

    def __init__(self, bench: Bench) -> None:
        settings = FakeSettings()
        settings.change_section(LoginSettings, logins=(MARIA,))
        super().__init__(settings, lambda *_: MemoryStore(), bench.scope)
        self.result = LoginResult(password=PASSWORD)
        self.takes_s = 0.1

    async def password(self, login: SavedLogin) -> LoginResult:
        assert login == MARIA
        await asyncio.sleep(self.takes_s)
        return self.result


class Away(SimpleNamespace):
    """A task with a login chosen. asked: what a person was asked; answers: what was sent."""

    begin: Callable[[], None]
    bench: Bench
    inbox: Inbox
    sessions: Sessions
    logins: OpenKeychain
    asked: list[str]
    answers: list[str]
    replies: list[ApiError]
    key: int

    async def asks(self, text: str = LOGIN) -> None:
        await self.bench.see(self.key, Kind.QUESTION, text=text)
        await self.settle()

    async def settle(self) -> None:
        await until(lambda: not self.bench.scope.names(), 120)

    def is_answering(self) -> bool:
        return self.sessions.is_answering(self.bench.task(self.key))


def away_over(bench: Bench) -> Away:
    """Nothing runs yet, and nothing is answered before `begin`."""

    async def send_answer(_session_id: str, text: str, _verb: AnswerVerb) -> Observation:
        one.answers.append(text)
        if one.replies:
            raise one.replies.pop(0)
        return Observation(kind=Kind.ANSWER_SENT)

    async def poll_now(_task_key: int) -> None:
        """The question is still there."""

    bench.client.send_answer = send_answer  # type: ignore[attr-defined]  # it takes no others
    poller: Any = SimpleNamespace(
        wake=bench.woken.append, note_delivered=bench.woken.append, poll_now=poll_now
    )
    inbox = Inbox(bench.store, poller, Answers(bench.context, poller), bench.commands)
    nothing: Any = None
    sessions = Sessions(bench.context, bench.starts, bench.commands, nothing, poller)
    logins = OpenKeychain(bench)
    parts: Any = SimpleNamespace(
        store=bench.store, sessions=sessions, inbox=inbox, scope=bench.scope
    )
    begin = partial(inbox.offer_to, ChosenLogins(parts, logins).takes)
    asked: list[str] = []
    one = Away(begin=begin, bench=bench, inbox=inbox, asked=asked)
    one.sessions, one.logins = sessions, logins
    one.answers, one.replies, one.key = [], [], 0
    inbox.changed.connect(lambda: asked.extend(q.text for q in inbox.questions()))
    return one


async def away(bench: Bench, spec: TaskSpec = SPEC) -> Away:
    one = away_over(bench)
    one.begin()
    intent = await bench.intend_start(spec, base_url=URL)
    await bench.name(intent)
    one.key = intent.session.key
    return one


async def test_it_answers_without_a_person(bench: Bench) -> None:
    one = await away(bench)
    await bench.see(one.key, Kind.QUESTION, text=LOGIN)
    assert one.is_answering()
    await one.settle()
    assert (one.answers, one.asked, one.is_answering()) == ([SENT], [], False)
    told = [step_text(step) for step in bench.ledger.steps(bench.task(one.key).key)]
    assert told[-1] == "Answer sent: login maria, chosen with the task"
    assert one.inbox.used_today() == []
    assert PASSWORD not in bench.redactor.redact(f"I typed {PASSWORD}")


async def test_any_later_question_is_the_persons(bench: Bench) -> None:
    one = await away(bench)
    await one.asks()
    await bench.see(one.key, Kind.ACTIVE)
    await one.asks()
    assert (one.answers, one.asked) == ([SENT], [LOGIN])


@pytest.mark.parametrize(
    "text",
    [
        "I need the login for shop.example",
        "I need the login for bank.example.evil.example",
        "I need your login and the one-time code",
        "I need your login and the PIN of your card",
        "Which account shall I open?",
    ],
)
async def test_another_question_is_the_persons(bench: Bench, text: str) -> None:
    one = await away(bench)
    await one.asks(text)
    assert (one.answers, one.asked) == ([], [text])


@pytest.mark.parametrize(
    "spec",
    [
        TaskSpec(text=SPEC.text),
        TaskSpec(text=SPEC.text, login="mario"),  # deleted since
        TaskSpec(text="Log in to bank.example.evil.example", login="maria"),
        TaskSpec(text="Log in to my.bank.example", login="maria"),
        TaskSpec(text="Log in to bank.example or shop.example", login="maria"),
        TaskSpec(text="Log in", login="maria"),
    ],
)
async def test_without_that_login_for_that_host_the_person_is_asked(
    bench: Bench, spec: TaskSpec
) -> None:
    one = await away(bench, spec)
    await one.asks()
    assert (one.answers, one.asked) == ([], [LOGIN])


def _locked(one: Away) -> None:
    one.logins.result = LoginResult(fault=SecretOutcome.LOCKED)


def _slow(one: Away) -> None:
    one.logins.takes_s = 3


def _misread(one: Away) -> None:
    one.logins.result = LoginResult(password="x, Password: y")


def _full(one: Away) -> None:
    one.bench.executor.full = True


@pytest.mark.parametrize("why", [_locked, _slow, _misread, _full])
async def test_where_it_cannot_be_sent_the_person_is_asked(
    bench: Bench, why: Callable[[Away], None]
) -> None:
    one = await away(bench)
    await bench.see(one.key, Kind.QUESTION, text=LOGIN)
    why(one)
    await one.settle()
    assert (one.answers, one.asked, one.is_answering()) == ([], [LOGIN], False)


@pytest.mark.parametrize("lost", [InterruptedCallError("cut"), rejected(500), rejected(400)])
async def test_what_may_have_arrived_is_not_sent_again(bench: Bench, lost: ApiError) -> None:
    one = await away(bench)
    one.replies = [lost]
    await one.asks()
    (question,) = one.inbox.questions()
    assert (one.answers, question.maybe_answered) == ([SENT], not lost.nothing_happened)
    for phase in (Phase.CLOSED_ASSUMED, Phase.OPEN):  # it is there after all
        await bench.store.update(replace(existing(bench.store.session(one.key)), phase=phase))
    await one.settle()
    assert len(one.answers) == (2 if lost.nothing_happened else 1)


async def test_a_stop_that_was_sent_is_not_undone(bench: Bench) -> None:
    one = await away(bench)
    await bench.give(one.key, CommandVerb.STOP)
    await one.asks()
    assert (one.answers, bench.client.verbs) == ([], [CommandVerb.STOP])


@pytest.mark.parametrize("verb", [CommandVerb.STOP, CommandVerb.TERMINATE])
async def test_a_stop_while_the_keychain_is_asked_is_not_undone(
    bench: Bench, verb: CommandVerb
) -> None:
    one = await away(bench)
    await bench.see(one.key, Kind.QUESTION, text=LOGIN)
    bench.give(one.key, verb, grace_ms=3_000)
    await one.settle()
    assert (one.answers, bench.client.verbs) == ([], [verb])


@pytest.mark.parametrize("other", ["a task", "the text that opened the browser"])
async def test_where_another_may_ask_it_is_the_persons(bench: Bench, other: str) -> None:
    one = away_over(bench)
    one.begin()
    intent = await bench.intend_start(SPEC, base_url=URL)
    opened = Observation(kind=Kind.OPENED, session_id="s1")
    session, task = await bench.store.settle(intent, Outcome.KNOWN, opened)
    one.key = session.key
    if other == "a task":
        await bench.store.intend(IntentKind.NEW_TASK, session, bench.another_task(one.key))
    else:
        bench.store.records.text_addresses.add(URL)
    question = Observation(kind=Kind.QUESTION, text=LOGIN)
    await bench.store.record(one.key, existing(task).key, question)
    await one.settle()
    assert (one.answers, one.asked) == ([], [LOGIN])


def test_after_a_kill_before_its_reply_the_person_is_asked(tmp_path: Path) -> None:
    async def first(bench: Bench) -> None:
        one = await away(bench)
        bench.client.send_answer = lambda *_: asyncio.sleep(1e6)  # type: ignore[attr-defined]
        await bench.see(one.key, Kind.QUESTION, text=LOGIN)
        await asyncio.sleep(1)
        assert [intent.question_n for intent in bench.ledger.unsettled()] == [1]

    async def second(bench: Bench) -> None:
        one = away_over(bench)
        (intent,) = await bench.store.load()
        one.key = intent.session.key
        one.begin()
        await one.asks()
        assert one.inbox.questions()
        assert one.answers == []

    Bench.run(tmp_path, first)
    Bench.run(tmp_path, second)


@up_and_weekly_each
async def test_a_day_without_a_person(simulator: Simulator, running: Running) -> None:
    sim = cast("Any", simulator)("--speed", "20")
    async with running(sim.url) as parts:
        services, asked = parts.services, list[str]()
        entry = MemoryStore()
        entry.save(PASSWORD)
        logins = Logins(services.settings, lambda *_: entry, services.scope)
        services.settings.change_section(LoginSettings, logins=(MARIA,))
        services.inbox.offer_to(ChosenLogins(services, logins).takes)
        services.inbox.changed.connect(
            lambda: asked.extend(q.text for q in services.inbox.questions())
        )
        keys = await services.sessions.start_many([SPEC] * 3)
        tasks = [existing(services.sessions.task(key)) for key in keys]
        await until(lambda: all(existing(services.sessions.task(k)).is_final for k in keys))
        tasks = [existing(services.sessions.task(key)) for key in keys]
        assert [task.status for task in tasks] == [TaskStatus.DONE] * 3
        assert asked == []
        for file in parts.ledger.path.parent.rglob("*"):
            assert PASSWORD.encode() not in file.read_bytes()
