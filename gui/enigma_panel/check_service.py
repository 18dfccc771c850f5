"""`--check-service`: a paid trial of what this program assumes of the service, and a report of it.

The session is opened, commanded and ended by the program's own services and stands in its ledger,
so the next start of the program shows what a kill left. The report holds no id, key or balance.
"""

import asyncio
import os
import re
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import Any, cast

from msgspec import Struct

from enigma_panel import __version__
from enigma_panel.api.errors import ApiError, ProtocolError, RejectedError, SessionGoneError
from enigma_panel.api.protocols import ServiceClient
from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import Limits, Phase, Session, Task, TaskSpec
from enigma_panel.core.observation import OWN_CODES, STEP_KINDS, Kind, Observation
from enigma_panel.core.service_rules import POLL_MS, account_page_of_host
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.runtime.event_loop import BlockingTimeoutError, blocking
from enigma_panel.services.types import KeyState, PauseReason
from enigma_panel.store.ledger.intents import Step

INTRO = """\
This checks how the service at {host} works, with your API key.
It opens one browser and runs one small task.
It pauses, resumes and stops the task, then ends the browser.
That takes up to three minutes and costs about $0.05.
Ctrl+C ends the check and its browser.
Go on? [y/N] """
ANSWER_S = 3_600.0
LIFE_MS = 180_000
"""The maximum duration: of the session in E, of the task in the others."""
SPEC = TaskSpec(
    text="Report on the page that is open now, in depth: its address, its heading, each of its "
    "paragraphs and each of its links. Read it twice. Open no other page and ask nothing.",
    starting_url="https://example.com/",
    limits=Limits(max_duration_ms=LIFE_MS),
    close_after=False,
)
SIGN = "example.com"
"""Named only by an agent that sees the page: the text of the task lacks it."""
NO_ID = "000000000000"
OPENS_MS, NAMED_MS, ENDS_MS = 90_000, 60_000, 75_000
"""The longest waits: for a browser, for the task's id, for the end of what is under way."""
WORKS_MS, WATCHED_MS = 8_000, 6_000
"""How long the task is left at work between commands, and how long an effect is watched."""
HELD_MS = 45_000
"""An answer that comes later was held for as long as the service ever holds one."""
BEFORE, WORKING, PAUSED, RESUMED, STOPPED, TERMINATED = range(6)
"""What was done last to the session."""
_NOTED = frozenset({"start_session", "new_task", "send_state", "poll", "health", "check_key"})
_RUNS = frozenset({Kind.ACTIVE, Kind.PAUSED, Kind.QUEUED})
_ENDS = frozenset({Kind.COMPLETED, Kind.FAILED, Kind.STOPPED, Kind.TERMINATED})
_NOTHING = Observation(kind=Kind.DELIVERED)
_VERDICTS = {True: "holds", False: "differs", None: "not seen"}
Finding = tuple[str, bool | None, str]
"""What is assumed, whether it holds (None: not seen), and what was seen."""


class Call(Struct, kw_only=True):
    """A call and its outcome. stage: when it was sent. has_text: whether a task came with it."""

    name: str
    stage: int
    has_text: bool
    took_ms: int = 0
    seen: Observation = _NOTHING
    error: ApiError | None = None

    @property
    def is_gone(self) -> bool:
        """Whether it told that there is no such session or task."""
        kinds = {Kind.TASK_GONE, Kind.SESSION_GONE}
        return isinstance(self.error, SessionGoneError) or self.seen.kind in kinds

    @property
    def has_own_code(self) -> bool:
        """Whether a code of ours stands in the place of the service's."""
        return isinstance(self.error, RejectedError) and self.error.reply.code in OWN_CODES

    @property
    def words(self) -> str:
        """The outcome, without anything that belongs to the account."""
        match self.error:
            case None:
                seen = "" if self.seen is _NOTHING else self.seen.kind
                return f"{seen} {_public(self.seen.code or '')}".strip()
            case RejectedError() as error:
                said = [str(error.reply.status), _public(error.reply.message or "no message")]
                if not self.has_own_code:
                    said.insert(1, _public(error.reply.code or "no code"))
                return ", ".join(said)
            case ProtocolError() as error:
                return f"{error.status}, in no documented form"
            case error:
                return f"{type(error).__name__} ({_public(str(error))})"


class _Noted:
    """A client whose calls are noted."""

    def __init__(self, client: ServiceClient, check: "ServiceCheck") -> None:
        self._client = client
        self._check = check

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return partial(self._call, name, found) if name in _NOTED else found

    async def _call(self, name: str, send: Callable[..., Any], *args: Any) -> Any:
        call = Call(name=name, stage=self._check.stage, has_text=any(args[1:]))
        began = self._check.now_ms()
        try:
            reply = await send(*args)
        except ApiError as error:
            call.error = error
            raise
        finally:
            call.took_ms = self._check.now_ms() - began
            self._check.calls.append(call)
        call.seen = reply if isinstance(reply, Observation) else call.seen
        return reply


def _say(text: str, end: str = "\n") -> None:
    """To a terminal that may be closed: the browser is ended all the same."""
    with suppress(OSError):
        print(text, end=end, flush=True)


def _read_line() -> bytes:
    """Not by sys.stdin, whose lock a thread that waits would hold at the program's end."""
    return os.read(0, 100)


class ServiceCheck:
    """One trial, and what was seen in it. read_answer: what the person types."""

    def __init__(self, read_answer: Callable[[], bytes] = _read_line) -> None:
        self.calls: list[Call] = []
        self.steps: list[tuple[int, Step]] = []
        self.stage = BEFORE
        self.was_live = False
        self._read_answer = read_answer
        self._parts: Parts | None = None

    def watch(self, client: ServiceClient) -> ServiceClient:
        """The client, with its calls noted here."""
        return cast("ServiceClient", _Noted(client, self))

    def now_ms(self) -> int:
        """By the services' clock."""
        return self.parts.services.clock.now_ms()

    @property
    def parts(self) -> Parts:
        """Those of the program."""
        assert self._parts is not None
        return self._parts

    async def run(self, parts: Parts, leave: asyncio.Event) -> int:
        """Ask, try, end the browser, report. leave: set by Ctrl+C. Returns the exit status."""
        self._parts, services, scope = parts, parts.services, parts.services.scope
        if await services.account.load() is not KeyState.READY:
            _say("There is no API key. Enter it in the program or set ENIGMA_API_KEY.")
            return 2
        _say(INTRO.format(host=services.account.host), end="")
        if not await self._unless(leave, self._is_agreed()):
            _say("\nNothing was done.")
            return 2
        services.timeline.grown.connect(self._keep_steps)
        scope.spawn("ticks", self._ticks())
        scope.spawn("polls", self._polls())
        is_whole = await self._unless(leave, self._try())
        await self._end()
        _say(f"\nFor an issue:\n\n{self._report()}\n")
        left = [text for session in services.store.sessions() if (text := _left(session))]
        _say("\n".join(left or ["No browser is left open."]))
        return 0 if is_whole and not left else 1

    async def _is_agreed(self) -> bool:
        with suppress(BlockingTimeoutError, OSError):
            answer = await blocking(self._read_answer, time_limit=ANSWER_S)
            return answer.strip().lower() in {b"y", b"yes"}
        return False

    async def _unless(self, leave: asyncio.Event, what: Coroutine[Any, Any, bool]) -> bool:
        """What it comes to; False where it failed or was left."""
        scope = self.parts.services.scope
        doing, leaving = scope.spawn("check", what), scope.spawn("leave", leave.wait())
        assert doing is not None
        assert leaving is not None
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        doing.cancel()
        leaving.cancel()
        await asyncio.wait({doing, leaving})
        return not doing.cancelled() and doing.exception() is None and doing.result()

    # -- the trial ---------------------------------------------------------------------------

    async def _try(self) -> bool:
        services, client = self.parts.services, self.parts.services.account.open_client
        for call in (client.health(), client.check_key(), client.poll(NO_ID, NO_ID)):
            with suppress(ApiError):
                await call
        _say("Opening a browser …")
        await services.sessions.start(SPEC)
        await self._until(lambda: self._is_open or self._is_over, OPENS_MS)
        services.queue.set_leaving(True)  # no second browser, whatever becomes of the task
        if not self._is_open:
            return False
        self.stage = WORKING
        await self._until(lambda: self._task.sent_ms is not None or self._is_over, OPENS_MS)
        await self._until(lambda: self._is_over, WORKS_MS)
        await self._command(CommandVerb.PAUSE, PAUSED)
        await self._until(lambda: self._task.service_id is not None or self._is_over, NAMED_MS)
        await self._until(lambda: self._is_over, WATCHED_MS)
        await self._command(CommandVerb.RESUME, RESUMED)
        await self._until(lambda: self._is_over, WORKS_MS)
        await self._command(CommandVerb.STOP, STOPPED)
        await self._until(lambda: False, WATCHED_MS)
        await self._command(CommandVerb.TERMINATE, TERMINATED)
        await self._until(lambda: False, WATCHED_MS)
        return True

    @property
    def _task(self) -> Task:
        return self.parts.services.store.tasks()[0]

    @property
    def _session(self) -> Session:
        session = self.parts.services.store.session(self._task.session_key)
        assert session is not None
        return session

    @property
    def _is_open(self) -> bool:
        return self._session.service_id is not None

    @property
    def _is_over(self) -> bool:
        """Nothing more comes by itself."""
        is_lost = self._session.phase is Phase.UNCONFIRMED or self._session.is_ended
        is_held = self.parts.services.queue.pause_reason is not PauseReason.NONE
        return self._task.is_final or is_lost or is_held

    async def _command(self, verb: CommandVerb, stage: int) -> None:
        sessions, key = self.parts.services.sessions, self._session.key
        if sessions.can(key, verb):
            _say(f"{verb} …")
            self.stage = stage
            await sessions.command([key], verb)

    async def _end(self) -> None:
        """End the browser, also one whose start is still to be answered. Nothing stays queued."""
        services = self.parts.services
        services.queue.set_leaving(True)
        if self._any(_is_starting):
            _say("Waiting for the browser, to end it …")
            await self._until(lambda: not self._any(_is_starting), ENDS_MS)
        await services.queue.remove(task.key for task in services.store.tasks())
        keys = services.sessions.terminable_keys()
        services.scope.spawn("end", services.sessions.command(keys, CommandVerb.TERMINATE))
        await self._until(lambda: not self._any(_is_named), ENDS_MS)

    def _any(self, is_so: Callable[[Session], bool]) -> bool:
        return any(map(is_so, self.parts.services.store.sessions()))

    async def _until(self, is_so: Callable[[], bool], most_ms: int) -> None:
        due = self.now_ms() + most_ms
        while not is_so() and (now := self.now_ms()) < due:
            await self.parts.services.clock.sleep_until(min(due, now + 200))

    async def _ticks(self) -> None:
        services = self.parts.services
        while True:
            await services.housekeeping.tick()
            services.live.tick()
            self.was_live |= self._any(lambda session: services.live.is_up(session.key))
            await services.clock.sleep_until(self.now_ms() + 1_000)

    async def _polls(self) -> None:
        """After Stop and Terminate, when the program itself asks no more."""
        services = self.parts.services
        while True:
            await services.clock.sleep_until(self.now_ms() + POLL_MS)
            if self.stage not in {STOPPED, TERMINATED} or not self._task.service_id:
                continue
            client = services.account.client_for(self._session)
            if client is not None and self._session.service_id:
                with suppress(ApiError):
                    await client.poll(self._session.service_id, self._task.service_id)

    def _keep_steps(self, _task_key: int, steps: list[Step]) -> None:
        self.steps += [(self.stage, step) for step in steps if step.kind in STEP_KINDS]

    # -- the report --------------------------------------------------------------------------

    def _report(self) -> str:
        account = self.parts.services.account
        host = account.host if account_page_of_host(account.host) else "another host"
        lines = [f"enigma-panel {__version__} --check-service, dialect {account.dialect}, {host}"]
        for what, holds, seen in (*self._of_service(), *self._of_start(), *self._of_task()):
            lines.append(f"{_VERDICTS[holds]:9} {what}{': ' if seen else ''}{seen}")
        return self.parts.redact("\n".join(lines))

    def _of_service(self) -> Iterator[Finding]:
        yield "a health page answers", *_outcome(self._of("health"))
        yield "a key can be tested without a task", *_outcome(self._of("check_key"))
        unknown = self._of("poll", BEFORE)
        gone = _all(unknown, lambda call: call.is_gone)
        yield "an unknown session is not found", gone, _words(unknown)
        refused = [
            call.error.reply.code
            for call in self.calls
            if isinstance(call.error, RejectedError) and not call.has_own_code
        ]
        count = f"{sum(map(bool, refused))} of {len(refused)}" if refused else ""
        yield "refusals have a code", _all(refused, bool), count

    def _of_start(self) -> Iterator[Finding]:
        starts = self._of("start_session")
        bare, _ = _outcome([call for call in starts if not call.has_text])
        yield "start-session needs no taskDetails", bare, _words(starts)
        for call in [call for call in starts if call.error is None]:
            seen, took = call.seen, call.took_ms
            yield "it answers within 10 s", took < 10_000, f"{took / 1000:.1f} s"
            told = {
                "stream": seen.web_view_url, "channel": seen.socket_url,
                "life": seen.expires_in_ms, "balance": seen.balance,
            }  # fmt: skip
            lacks = ", ".join(name for name, value in told.items() if value is None)
            yield "it tells stream, channel, life, balance", not lacks, lacks and f"not {lacks}"
            if self.parts.services.account.rules.caps_session and seen.expires_in_ms is not None:
                told_s = f"{seen.expires_in_ms // 1000} s"
                yield "a life is as long as its maxDuration", seen.expires_in_ms == LIFE_MS, told_s
            yield "the live channel opens", self.was_live, ""

    def _of_task(self) -> Iterator[Finding]:
        sent, steps = self._of("new_task"), [step.text for _, step in self.steps]
        held = _all(sent[-1:], lambda c: c.seen.kind in _ENDS or c.took_ms > HELD_MS)
        times = [f"{call.words} after {call.took_ms / 1000:.1f} s" for call in sent]
        yield "newTask is answered at the end or after 50 s", held, "; ".join(times)
        yield "commands are confirmed", *_outcome(self._of("send_state"))
        yield "the channel tells steps", bool(steps) if self.was_live else None, str(len(steps))
        results = [c.seen.text or "" for c in self.calls if c.seen.kind is Kind.COMPLETED]
        saw_page = any(SIGN in text for text in (*results, *steps))
        yield "startingUrl is heeded", saw_page or (False if results else None), ""
        paused = sum(stage == PAUSED for stage, _ in self.steps)
        yield "a pause holds the agent", paused <= 1 if steps else None, f"{paused} steps"
        polls = [call for call in self._of("poll") if call.stage != BEFORE]
        runs = [call.seen.usage.cost for call in polls if call.seen.kind in _RUNS]
        told = _all(runs, lambda cost: cost is not None)
        yield "polls of a running task tell its cost", told, _from_to(runs)
        ids = {(c.seen.session_id, c.seen.task_id) for c in polls} - {(None, None)}
        ours = {(self._session.service_id, self._task.service_id)} if polls else set()
        yield "polls name no other task", ids <= ours if polls else None, f"{len(ids)} seen"
        for stage, what, kinds in (
            (PAUSED, "a paused task is polled as running", _RUNS),
            (RESUMED, "so is a resumed one", _RUNS | {Kind.COMPLETED}),
            (STOPPED, "a stopped one is polled as ended", _ENDS),
        ):
            last = self._of("poll", stage)[-1:]
            yield what, last[0].seen.kind in kinds if last else None, _words(last)
        idle = [call.seen.usage.cost for call in self._of("poll", STOPPED)][1:]
        yield "idle time is in no task's cost", len(set(idle)) < 2 if idle else None, _from_to(idle)
        last = self._of("poll", TERMINATED)[-1:]
        over = _all(last, lambda call: call.is_gone or call.seen.kind in _ENDS)
        yield "a poll tells that the session was ended", over, _words(last)

    def _of(self, name: str, *stages: int) -> list[Call]:
        return [c for c in self.calls if c.name == name and (not stages or c.stage in stages)]


def _is_starting(session: Session) -> bool:
    return session.phase is Phase.STARTING


def _is_named(session: Session) -> bool:
    return session.service_id is not None and not session.is_ended


def _left(session: Session) -> str:
    """What is to be said of a session that may be open."""
    if session.is_ended or session.is_planned:
        return ""
    ends = time.strftime("%H:%M", time.localtime((session.expires_ms or 0) / 1000))
    if session.service_id is None:
        return f"The answer to the start was lost. Its browser ends by itself by {ends}."
    return f"A browser is open, at the latest until {ends}. The next start of the program ends it."


def _all(what: Sequence[Any], is_so: Callable[[Any], bool]) -> bool | None:
    return all(map(is_so, what)) if what else None


def _outcome(calls: Sequence[Call]) -> tuple[bool | None, str]:
    return _all(calls, lambda call: call.error is None), _words(calls)


def _words(calls: Sequence[Call]) -> str:
    return "; ".join(dict.fromkeys(call.words for call in calls))


def _from_to(costs: Sequence[Decimal | None]) -> str:
    return f"${costs[0]} … ${costs[-1]}" if costs and None not in costs else ""


def _public(text: str) -> str:
    """A text without the words that hold a figure or may be an address."""
    return re.sub(r"\S*[\d@/]\S*", "#", text)[:80]
