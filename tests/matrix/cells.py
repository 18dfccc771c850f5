"""One cell of the matrix: a call with a fault, what is seen while it lasts, and what afterwards."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enigma_panel.api.protocols import LONG_POLL, ApiCall
from enigma_panel.core.models import Task, TaskSpec, TaskStatus
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import AnswerResult, OpenQuestion, ServiceStatus, WaitReason
from enigma_panel.ui.main_window.status_bar import StatusBar, offline_text
from enigma_panel.ui.notices.kinds import notice_of
from enigma_panel.ui.text.outcome import answer_text
from enigma_panel.ui.text.waiting import QueueContext, entry_text, pending_text
from tests.kit.wait import until
from tests.matrix.faults import Call, Fault
from tests.matrix.gate import Way
from tests.matrix.stage import ASKS, CALM, SILENT, WORKS, Lane, Run, program

LOOK_S, QUIET_LOOKS = 0.02, 14
"""So often a cell looks the same before it counts as settled."""
SOON_MS = 70_000
"""What is tried again within this time (the program's) has not settled."""
PAUSE_MS = 20_000
"""Longer than any pause between three tries."""
LIMIT_S = 60.0
ON_AND_ON = "on and on"
UNTIL_KNOWN = "≥ 1"
"""A Terminate may be sent again until a poll or a reply tells of the end, whichever is first."""
ANSWER = "Username: maria, Password: a-long-password"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A row of the table.

    Numbers are counts as text: sent by the program, arrived at the service, took effect there.
    """

    sent: str
    arrived: str
    effect: str
    session: str
    task: str
    says: str
    then_sent: str
    then_effect: str
    then_session: str
    then_task: str


class Cell:
    def __init__(self, on: Lane, call: Call, fault: Fault) -> None:
        self._on = on
        self._call = call
        self._fault = fault
        self._ids: tuple[str, str] | None = None
        self._result: AnswerResult | None = None
        self._questions: list[OpenQuestion] = []

    async def play(self, folder: Path) -> Seen:
        """In a fresh folder: up to the call, through the fault, and after it."""
        await self._clear()
        if self._call.begins != "nothing":
            text = ASKS if self._call.begins == "asks" else WORKS
            self._ids = await asyncio.to_thread(self._on.open_session, text)
        timeouts = SILENT if self._fault.is_silent else CALM
        async with program(self._on, folder, timeouts, self._ids) as run:
            await self._stand_ready(run)
            return await self._watch(run)

    async def _watch(self, run: Run) -> Seen:
        await self._arm(run)
        before = await asyncio.to_thread(self._on.state)
        run.sends.clear()
        run.parts.services.scope.spawn("act", self._act(run))
        await self._settle(run, self._is_through)
        says, during = self._says(run), await self._look(run, before)
        await self._clear()
        await self._settle(run, self._is_over)
        after = await self._look(run, before)
        return Seen(
            **during,
            says=says,
            then_sent=after["sent"],
            then_effect=after["effect"],
            then_session=after["session"],
            then_task=after["task"],
        )

    async def _clear(self) -> None:
        await asyncio.to_thread(self._on.faults)
        await asyncio.to_thread(self._on.gate.lead, Way.CLEAR)

    async def _stand_ready(self, run: Run) -> None:
        services = run.parts.services
        await until(lambda: services.health.status is ServiceStatus.OK)
        if self._call.begins == "asks":
            await until(services.inbox.questions)
            self._questions = services.inbox.questions()
        elif self._call.begins == "works":
            await until(lambda: not services.sessions.is_asking(_session_key(run)))

    async def _arm(self, run: Run) -> None:
        """The fault waits for the call; polls go on meanwhile, so theirs is there from now on."""
        await asyncio.to_thread(self._on.faults, *self._call.entry(self._fault))
        client = run.client
        if self._fault.way is not Way.CLEAR:
            client.trip_at = self._call.verb
            client.trip = lambda: self._on.gate.lead(self._fault.way)
        if self._call.name == "poll":
            before = run.sends[ApiCall.POLL]  # one is in flight at a time: a new one is broken
            await until(lambda: not client.trip and run.sends[ApiCall.POLL] > before)

    async def _act(self, run: Run) -> None:
        sessions = run.parts.services.sessions
        app_actions: dict[str, Callable[[], Awaitable[None]]] = {
            "state:terminate": lambda: sessions.command([_session_key(run)], CommandVerb.TERMINATE),
            "state:pause": lambda: sessions.command([_session_key(run)], CommandVerb.PAUSE),
            "guardrail:resume": lambda: self._answer(run),
            "poll": self._end_elsewhere,
        }
        await app_actions.get(self._call.name, lambda: self._start(run))()

    async def _start(self, run: Run) -> None:
        spec = TaskSpec(text="Search for MX Keys at amazon.com", close_after=False)
        one_call = self._call.name == "run-task"
        run.task_key = await run.parts.services.sessions.start(spec, one_call=one_call)

    async def _answer(self, run: Run) -> None:
        inbox = run.parts.services.inbox
        self._result = await inbox.answer(self._questions[0], ANSWER, AnswerVerb.RESUME)

    async def _end_elsewhere(self) -> None:
        """What the polls that fail would have told: the session ends by itself."""
        assert self._ids is not None
        await asyncio.to_thread(self._on.end_session, self._ids[0])

    # -- looking -----------------------------------------------------------------------------

    async def _settle(self, run: Run, is_settled: Callable[[Run], bool | None]) -> None:
        """Wait until it says True."""
        quiet, seen = 0, self._fingerprint(run)
        async with asyncio.timeout(LIMIT_S):
            while (settled := is_settled(run)) is not True and quiet < QUIET_LOOKS:
                await asyncio.sleep(LOOK_S)
                now = self._fingerprint(run)
                quiet, seen = (quiet + 1 if now == seen and settled is None else 0), now
        # Not in the middle of a send, which is over in a moment.
        await until(lambda: not self._is_sending(run))

    def _is_through(self, run: Run) -> bool | None:
        """While the fault lasts: a minute's pause, or so many sends that it goes on and on."""
        entry, now = run.parts.services.queue.entry(run.task_key), run.parts.services.clock.now_ms()
        rests = entry is not None and entry.why is WaitReason.LIMITED and entry.due_ms is not None
        if run.sends[self._call.verb] > self._call.most or (
            rests and entry.due_ms > now + PAUSE_MS
        ):
            return True
        return False if self._call.name == "poll" else self._cannot_tell(run)

    def _is_over(self, run: Run) -> bool | None:
        """After it: proven ends have been learned of, a minute's pause is over."""
        ends = self._call.name in {"state:terminate", "poll"}
        if ends and run.session is not None and run.task is not None:
            return run.session.is_final or (run.session.is_ended and run.task.is_final)
        return self._cannot_tell(run)

    def _cannot_tell(self, run: Run) -> bool | None:
        return False if self._is_sending(run) or _is_due(run) else None

    def _is_sending(self, run: Run) -> bool:
        services, task = run.parts.services, run.task
        stands = (services.queue.entry(run.task_key), services.sessions.pending(_session_key(run)))
        verbs = LONG_POLL | ({self._call.verb} - {ApiCall.POLL})
        under_way = any(run.client.under_way[verb] for verb in verbs)
        unseen = task is not None and task.status is TaskStatus.QUEUED and stands[0] is None
        starting = unseen or (task is not None and task.status is TaskStatus.STARTING)
        return under_way or starting or any(one and one.why in _PASSING for one in stands)

    def _fingerprint(self, run: Run) -> tuple[object, ...]:
        session, task = run.session, run.task
        return (
            self._call.name != "poll" and run.sends[self._call.verb],
            session and session.phase,
            task and task.status,
            len(run.notices),
            self._result,
        )

    async def _look(self, run: Run, before: dict[str, Any]) -> dict[str, str]:
        now = await asyncio.to_thread(self._on.state)
        session, task, name = run.session, run.task, self._call.name

        def count(of: str) -> int:
            return int(now[of].get(name, 0) - before[of].get(name, 0))

        sent, arrived = self._numbers(run, count)
        return {
            "sent": sent,
            "arrived": arrived,
            "effect": "–" if name == "poll" else str(count("applied")),
            "session": session.phase.value if session is not None else "–",
            "task": self._task_word(task) if task is not None else "–",
        }

    def _numbers(self, run: Run, count: Callable[[str], int]) -> tuple[str, str]:
        sent, arrived = run.sends[self._call.verb], count("arrived")
        ended = self._call.name == "state:terminate" and count("applied") > 0
        if ended and sent == arrived and sent <= self._call.most:
            return UNTIL_KNOWN, UNTIL_KNOWN
        goes_on = self._many(sent) == ON_AND_ON and arrived > 1  # one may be on its way meanwhile
        return self._many(sent), ON_AND_ON if goes_on else self._many(arrived)

    def _task_word(self, task: Task) -> str:
        """An answered task works and is done a moment later: either proves the answer."""
        goes_on = task.status in {TaskStatus.WORKING, TaskStatus.DONE}
        return "goes on" if self._call.begins == "asks" and goes_on else task.status.value

    def _many(self, count: int) -> str:
        most = 1 if self._call.name == "poll" else self._call.most
        return str(count) if count <= most else ON_AND_ON

    def _says(self, run: Run) -> str:
        """All that stands on the screen about it, each once and without running figures."""
        services, key = run.parts.services, _session_key(run)
        now = services.clock.now_ms()
        said = [notice_of(notice, services).words for notice in run.notices]
        entry, pending = services.queue.entry(run.task_key), services.sessions.pending(key)
        if entry is not None:
            facts = QueueContext(
                pause_reason=services.queue.pause_reason, limit=services.queue.limit
            )
            said.append(f"row: {entry_text(entry, now, facts).text}")
        if pending is not None:
            said.append(f"row: {pending_text(pending, now)}")
        if self._result is not None:
            said.append(f"dialog: {answer_text(self._result, has_text=True)}")
        if self._call.name == "poll" and (self._fault.way is not Way.CLEAR or self._fault.also):
            said.append(_status_line(services))
        return " / ".join(dict.fromkeys(map(_without_figures, said))) or "–"


def _session_key(run: Run) -> int:
    return run.session.key if run.session is not None else 0


def _is_due(run: Run) -> bool:
    """Whether the queued task or the command on the row is tried again soon."""
    services = run.parts.services
    stands = (services.queue.entry(run.task_key), services.sessions.pending(_session_key(run)))
    dues = [one.due_ms for one in stands if one is not None and one.due_ms is not None]
    return any(due < services.clock.now_ms() + SOON_MS for due in dues)


def _status_line(services: Services) -> str:
    if services.health.unreachable_since_ms is not None:
        return offline_text(services.health, services.clock.now_ms())
    line = StatusBar(services)
    text = line.words.text()
    line.deleteLater()
    return text


_PASSING = frozenset({WaitReason.SENDING, WaitReason.TURN, WaitReason.CLOSING})
"""Nothing else stands in the queue."""
_FIGURES = (
    (r"\b\d+:\d\d\b", "0:00"),
    (r"\b\d+ s\b", "n s"),
    (r"\b\d+ free\b", "n free"),
    (r" Next try in n s\.$", ""),
    (r",? (next try |starts )?(in (n s|\d+ min)|soon)$", ""),
)
"""What changes while one looks; the last two are not there while a try is under way."""


def _without_figures(text: str) -> str:
    for pattern, instead in _FIGURES:
        text = re.sub(pattern, instead, text)
    return text
