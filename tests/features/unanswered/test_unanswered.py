"""A question that nobody answers: its task fails at the time that the person has set."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.features.unanswered.settings import UnansweredSettings
from enigma_panel.features.unanswered.unanswered import Unanswered
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.types import NoticeKind
from enigma_panel.ui.text.cells import result_cell
from enigma_panel.ui.text.states import session_state_text, shown_state
from tests.kit.existing import existing
from tests.kit.fakes import FakeSettings
from tests.services.commands.bench import URL, Bench

QUESTION = "I need login credentials"


class Waiting(SimpleNamespace):
    """A task that asks. typed: whether the person has begun to answer."""

    bench: Bench
    inbox: Inbox
    settings: FakeSettings
    unanswered: Unanswered
    typed: bool
    key: int

    async def after(self, seconds: float) -> TaskStatus:
        clock = self.bench.clock
        await clock.sleep_until(clock.now_ms() + int(seconds * 1000))
        return self.status()

    def status(self) -> TaskStatus:
        return self.bench.task(self.key).status

    def left_s(self) -> float | None:
        """How long the question says that it waits."""
        (question,) = self.inbox.questions()
        end_ms = question.expires_ms
        return None if end_ms is None else round((end_ms - self.bench.clock.now_ms()) / 1000)


def over(bench: Bench, minutes: int = 1) -> Waiting:
    async def poll_now(_task_key: int) -> None:
        """The question is still there."""

    async def send_answer(*_: object) -> Observation:
        return Observation(kind=Kind.ANSWER_SENT)

    bench.client.send_answer = send_answer  # type: ignore[attr-defined]  # it takes no others
    poller: Any = SimpleNamespace(
        wake=bench.woken.append, note_delivered=bench.woken.append, poll_now=poll_now
    )
    inbox = Inbox(bench.store, poller, Answers(bench.context, poller), bench.commands)
    settings = FakeSettings()
    settings.change_section(UnansweredSettings, minutes=minutes)
    nothing: Any = None
    sessions = Sessions(bench.context, bench.starts, bench.commands, nothing, poller)
    bench.context.notices.said.connect(sessions.said)
    bench.account.base_url = URL
    one = Waiting(bench=bench, inbox=inbox, settings=settings, typed=False, key=0)
    services: Any = SimpleNamespace(
        clock=bench.clock,
        inbox=inbox,
        scope=bench.scope,
        sessions=sessions,
        settings=settings,
        store=bench.store,
    )
    one.begin = lambda: Unanswered(services, lambda _question: one.typed)
    return one


async def waiting(bench: Bench, minutes: int = 1) -> Waiting:
    one = over(bench, minutes)
    one.unanswered = one.begin()
    one.key = await bench.open()
    await bench.see(one.key, Kind.QUESTION, text=QUESTION)
    return one


async def test_its_task_fails_and_its_browser_is_closed(bench: Bench) -> None:
    one = await waiting(bench)
    assert (one.left_s(), await one.after(59)) == (60, TaskStatus.ASKS)
    assert await one.after(2) is TaskStatus.FAILED
    assert bench.client.verbs == [CommandVerb.TERMINATE]
    task, session = bench.task(one.key), existing(bench.store.session(one.key))
    assert result_cell(task, session).text.startswith(f"Nobody answered “{QUESTION}”")
    assert session_state_text(shown_state(session, task)).word == "Closed (assumed)"
    await bench.see(one.key, Kind.SESSION_ENDED)
    session = existing(bench.store.session(one.key))
    assert session_state_text(shown_state(session, task)).word == "Closed (task failed)"
    assert one.inbox.questions() == []


@pytest.mark.parametrize("minutes", [0, 7, -1])
async def test_without_such_a_time_the_browser_s_life_ends_it(bench: Bench, minutes: int) -> None:
    one = await waiting(bench, minutes)
    assert await one.after(200) is TaskStatus.ASKS
    one.settings.change_section(UnansweredSettings, minutes=3)
    assert await one.after(0.1) is TaskStatus.ASKS
    assert one.left_s() == 180  # from then on: nobody is ended for what was no rule


@pytest.mark.parametrize(
    "what", ["typed", "is being sent", "may have arrived", "another waits", "other key"]
)
async def test_what_somebody_answers_is_left_to_its_browser(bench: Bench, what: str) -> None:
    one = await waiting(bench)
    (question,) = one.inbox.questions()
    if what == "typed":
        one.typed = True
    elif what == "is being sent":
        bench.use_up()
        bench.scope.spawn("answer", one.inbox.answer(question, "x", AnswerVerb.RESUME))
        await one.after(1)
    elif what == "may have arrived":
        await bench.see(one.key, Kind.ANSWER_UNCONFIRMED)
    elif what == "other key":
        bench.account.base_url = "https://other.example"
    else:
        session = existing(bench.store.session(one.key))
        await bench.store.plan([(session, bench.another_task(one.key))])
    await one.after(59.9 if what == "is being sent" else 100)
    assert bench.client.verbs == []
    if what != "is being sent":
        assert one.status() is TaskStatus.ASKS
        assert (one.left_s() or 1) > 0


async def test_after_a_sleep_its_time_begins_anew(bench: Bench) -> None:
    one = await waiting(bench)
    await one.after(50)
    bench.context.notices.notify(NoticeKind.WENT_TO_SLEEP, seconds=30)
    assert (one.left_s(), await one.after(59)) == (60, TaskStatus.ASKS)
    assert await one.after(2) is TaskStatus.FAILED


def test_after_a_restart_its_time_begins_anew(tmp_path: Path) -> None:
    async def first(bench: Bench) -> None:
        await (await waiting(bench)).after(40)

    async def second(bench: Bench) -> None:
        one = over(bench)
        await bench.store.load()
        one.key = bench.store.sessions()[0].key
        one.unanswered = one.begin()
        assert one.left_s() == 60

    Bench.run(tmp_path, first)
    Bench.run(tmp_path, second)
