"""`--check-service`: a paid trial of what this program assumes of the service, and a report of it.

The session is opened, commanded and ended by the program's own services and stands in its ledger,
so the next start of the program shows what a kill left. The report holds no id, key or balance.
"""

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
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
from enigma_panel.runtime.event_loop import BlockingTimeoutError, blocking, unless
from enigma_panel.services.types import KeyCheck, KeyState, PauseReason
from enigma_panel.store.ledger.intents import Step

INTRO = """\
This checks how the service at {host} works, with your API key.
It opens one browser and runs one small task.
It pauses, resumes and stops the task, then ends the browser.
It costs about $0.05 and takes about three minutes.
Ctrl+C ends the check and its browser.
Go on? [y/N] """
SPEC = TaskSpec(
    text="Report on the page that is open now, in depth: its address, its heading, each of its "
    "paragraphs and each of its links. Read it twice. Open no other page and ask nothing.",
    starting_url="https://example.com/",
    limits=Limits(max_duration_ms=180_000),
    close_after=False,
)
OPENS_MS, NAMED_MS, ENDS_MS = 90_000, 60_000, 75_000
"""The longest waits, in ms: for a browser, for the task's id, for the end of a call under way."""
WORKS_MS, WATCHED_MS = 8_000, 6_000
"""How long the task is left at work between commands, and how long an effect is watched, in ms."""
HELD_MS = 45_000
"""When an answer counts as held for as long as the service ever holds one, in ms."""
_NOTED = frozenset({"start_session", "new_task", "send_state", "poll", "health", "check_key"})
_RUNS = frozenset({Kind.ACTIVE, Kind.PAUSED, Kind.QUEUED})
_ENDS = frozenset({Kind.COMPLETED, Kind.FAILED, Kind.STOPPED, Kind.TERMINATED})
_GONE = frozenset({Kind.TASK_GONE, Kind.SESSION_GONE})
_NOTHING = Observation(kind=Kind.DELIVERED)
_VERDICTS = {True: "holds", False: "differs", None: "not seen"}
Finding = tuple[str, bool | None, str]
"""An assumption, whether it holds (None: not seen), and what was seen."""


class Call(Struct, frozen=True, kw_only=True):
    """A call and its outcome. stage: the last command before it. has_text: it brought a text."""

    name: str
    stage: CommandVerb | None
    has_text: bool
    took_ms: int
    seen: Observation = _NOTHING
    error: ApiError | None = None

    @property
    def kind(self) -> Kind:
        return Kind.SESSION_GONE if isinstance(self.error, SessionGoneError) else self.seen.kind

    @property
    def words(self) -> str:
        """The outcome, without anything that belongs to the account."""
        match self.error:
            case None:
                seen = "" if self.seen is _NOTHING else self.seen.kind
                return f"{seen} {_public(self.seen.code or '')}".strip()
            case RejectedError(reply=reply):
                code = [] if reply.code in OWN_CODES else [_public(reply.code or "no code")]
                return ", ".join([str(reply.status), *code, _public(reply.message or "no message")])
            case ProtocolError() as error:
                return f"{error.status}, in no documented form"
            case error:
                return f"{type(error).__name__} ({_public(str(error))})"


class _Noted:
    def __init__(self, client: ServiceClient, check: "ServiceCheck") -> None:
        self._client = client
        self._check = check

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return partial(self._call, name, found) if name in _NOTED else found

    async def _call(self, name: str, send: Callable[..., Any], *args: Any) -> Any:
        check = self._check
        stage, began = check.stage, check.now_ms()

        def note(**outcome: Any) -> None:
            if check.is_ending and name == "poll":
                return  # it shows what the Terminate at the end did, not the command before
            took, has_text = check.now_ms() - began, any(args[1:])
            call = Call(name=name, stage=stage, has_text=has_text, took_ms=took, **outcome)
            check.calls.append(call)

        try:
            reply = await send(*args)
        except ApiError as error:
            note(error=error)
            raise
        note(seen=reply if isinstance(reply, Observation) else _NOTHING)
        return reply


def _say(text: str, end: str = "\n") -> None:
    """Print a text; where the terminal is closed the check goes on and ends its browser."""
    with suppress(OSError):
        print(text, end=end, flush=True)


def _read_line() -> bytes:
    """Read the answer, without the lock that sys.stdin would still hold at the program's end."""
    return os.read(0, 100)


class ServiceCheck:
    """One trial, and what was seen in it. read_answer: what the person types."""

    def __init__(self, read_answer: Callable[[], bytes] = _read_line) -> None:
        self.calls: list[Call] = []
        self.steps: list[tuple[CommandVerb | None, str]] = []
        self.stage: CommandVerb | None = None
        self.was_live = False
        self.is_ending = False
        self._read_answer = read_answer
        self.parts: Parts  # set by `run`

    def watch(self, client: ServiceClient) -> ServiceClient:
        return cast("ServiceClient", _Noted(client, self))

    def now_ms(self) -> int:
        return self.parts.services.clock.now_ms()

    async def run(self, parts: Parts, leave: asyncio.Event) -> int:
        """Ask, try, end the browser, report. leave: set by Ctrl+C. Returns the exit status."""
        self.parts, services, scope = parts, parts.services, parts.services.scope
        if await services.account.load() is not KeyState.READY:
            _say("There is no API key. Enter it in the program or set ENIGMA_API_KEY.")
            return 2
        _say(INTRO.format(host=services.account.host), end="")
        if not await unless(leave, self._is_agreed()):
            _say("\nNothing was done.")
            return 2
        if await services.account.check() is KeyCheck.REFUSED:
            _say("The service refused this key. Nothing was started.")
            return 2
        services.timeline.grown.connect(self._keep_steps)
        scope.spawn("ticks", self._ticks())
        is_whole = await unless(leave, self._try())
        await self._end()
        _say(f"\nFor an issue:\n\n{self._report()}\n")
        left = [_left(s) for s in services.store.sessions() if not (s.is_ended or s.is_planned)]
        _say("\n".join(left or ["No browser is left open."]))
        return 0 if is_whole and not left else 1

    async def _is_agreed(self) -> bool:
        with suppress(BlockingTimeoutError, OSError):
            answer = await blocking(self._read_answer, time_limit=3_600)
            return answer.strip().lower() in {b"y", b"yes"}
        return False

    # -- the trial ---------------------------------------------------------------------------

    async def _try(self) -> bool:
        services, client = self.parts.services, self.parts.services.account.open_client
        for call in (client.health(), client.poll("0" * 12, "0" * 12)):
            with suppress(ApiError):
                await call
        _say("Opening a browser…")
        await services.sessions.start(SPEC)
        await self._until(lambda: self._session.service_id is not None or self._is_over, OPENS_MS)
        services.queue.set_leaving(True)  # no second browser, whatever becomes of the task
        if self._session.service_id is None:
            return False
        await self._until(lambda: self._task.sent_ms is not None or self._is_over, OPENS_MS)
        await self._until(lambda: self._is_over, WORKS_MS)
        await self._command(CommandVerb.PAUSE)
        await self._until(lambda: self._task.service_id is not None or self._is_over, NAMED_MS)
        await self._until(lambda: self._is_over, WATCHED_MS)
        await self._command(CommandVerb.RESUME)
        await self._until(lambda: self._is_over, WORKS_MS)
        for verb in (CommandVerb.STOP, CommandVerb.TERMINATE):
            await self._command(verb)
            for _ in range(WATCHED_MS // POLL_MS):  # the program itself asks no more
                await self._until(lambda: False, POLL_MS)
                await self._poll()
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
    def _is_over(self) -> bool:
        """Whether nothing more comes by itself."""
        is_lost = self._session.phase is Phase.UNCONFIRMED or self._session.is_ended
        is_held = self.parts.services.queue.pause_reason is not PauseReason.NONE
        return self._task.is_final or is_lost or is_held

    async def _command(self, verb: CommandVerb) -> None:
        sessions, key = self.parts.services.sessions, self._session.key
        if sessions.can(key, verb):
            _say(f"{verb}…")
            self.stage = verb
            await sessions.command([key], verb)

    async def _poll(self) -> None:
        client = self.parts.services.account.client_for(self._session)
        session_id, task_id = self._session.service_id, self._task.service_id
        if client is not None and session_id and task_id:
            with suppress(ApiError):
                await client.poll(session_id, task_id)

    async def _end(self) -> None:
        """End the browser, also one whose start is still to be answered. Nothing stays queued."""
        services, sessions = self.parts.services, self.parts.services.store.sessions
        self.is_ending = True
        _say("Making sure that no browser is left open…")
        services.queue.set_leaving(True)
        await self._until(lambda: all(s.phase is not Phase.STARTING for s in sessions()), ENDS_MS)
        await services.queue.remove(task.key for task in services.store.tasks())
        keys = services.sessions.terminable_keys()
        services.scope.spawn("end", services.sessions.command(keys, CommandVerb.TERMINATE))
        await self._until(lambda: all(s.is_ended or not s.service_id for s in sessions()), ENDS_MS)

    async def _until(self, is_so: Callable[[], bool], most_ms: int) -> None:
        due = self.now_ms() + most_ms
        while not is_so() and (now := self.now_ms()) < due:
            await self.parts.services.clock.sleep_until(min(due, now + 200))

    async def _ticks(self) -> None:
        services = self.parts.services
        while True:
            await services.housekeeping.tick()
            services.live.tick()
            self.was_live |= any(services.live.is_up(s.key) for s in services.store.sessions())
            await services.clock.sleep_until(self.now_ms() + 1_000)

    def _keep_steps(self, _task_key: int, steps: list[Step]) -> None:
        self.steps += [(self.stage, step.text) for step in steps if step.kind in STEP_KINDS]

    # -- the report --------------------------------------------------------------------------

    def _report(self) -> str:
        account = self.parts.services.account
        host = account.host if account_page_of_host(account.host) else "another host"
        lines = [f"enigma-panel {__version__} --check-service, dialect {account.dialect}, {host}"]
        for what, holds, seen in (*self._of_service(), *self._of_task()):
            lines.append(f"{_VERDICTS[holds]:9} {what}{': ' if seen else ''}{seen}")
        return self.parts.redact("\n".join(lines))

    def _of_service(self) -> Iterator[Finding]:
        yield _finding("a health page answers", self._of("health"))
        yield _finding("a key can be tested without a task", self._of("check_key"))
        yield _finding("an unknown session is not found", self._of("poll")[:1], _GONE)
        starts = self._of("start_session")
        bare = _all(call.error is None for call in starts if not call.has_text)
        yield "start-session needs no taskDetails", bare, _joined(call.words for call in starts)
        for seen in [call.seen for call in starts if call.error is None]:
            values = {
                "stream": seen.web_view_url, "channel": seen.socket_url,
                "life": seen.expires_in_ms, "balance": seen.balance,
            }  # fmt: skip
            lacks = ", ".join(name for name, value in values.items() if value is None)
            what = "the reply names stream, channel, life, balance"
            yield what, not lacks, lacks and f"not {lacks}"
            yield "the live channel opens", self.was_live, ""

    def _of_task(self) -> Iterator[Finding]:
        sent, steps = self._of("new_task"), [text for _, text in self.steps]
        held = _all(c.kind in _ENDS or c.took_ms > HELD_MS for c in sent[-1:])
        times = _joined(f"{call.words} after {call.took_ms / 1000:.1f} s" for call in sent)
        yield "newTask is answered at the end or after 50 s", held, times
        yield _finding("commands are confirmed", self._of("send_state"))
        yield "the channel reports steps", bool(steps) if self.was_live else None, str(len(steps))
        results = [c.seen.text or "" for c in self.calls if c.seen.kind is Kind.COMPLETED]
        # The task's text lacks the host: an agent that names it saw the page, or the start's text.
        saw_page = any("example.com" in text for text in (*results, *steps))
        is_unseen = not (saw_page or results) or any(c.has_text for c in self._of("start_session"))
        yield "startingUrl is heeded", None if is_unseen else saw_page, ""
        paused = sum(stage is CommandVerb.PAUSE for stage, _ in self.steps)
        yield "a pause holds the agent", paused <= 1 if steps else None, f"{paused} steps"
        runs = [c.seen.usage.cost for c in self._of("poll")[1:] if c.seen.kind in _RUNS]
        has_cost = _all(cost is not None for cost in runs)
        yield "polls of a running task carry its cost", has_cost, _joined(filter(None, runs))
        for verb, what, kinds in (
            (CommandVerb.PAUSE, "a paused task is polled as running", _RUNS),
            (CommandVerb.STOP, "a stopped task is polled as ended", _ENDS),
            (CommandVerb.TERMINATE, "a poll shows that the session was ended", _ENDS | _GONE),
        ):
            yield _finding(what, self._of("poll", verb)[-1:], kinds)
        polls = self._of("poll", CommandVerb.STOP)[1:]
        idle = [cost for call in polls if (cost := call.seen.usage.cost) is not None]
        yield "idle time is in no task's cost", len(set(idle)) < 2 if idle else None, _joined(idle)

    def _of(self, name: str, *after: CommandVerb) -> list[Call]:
        return [c for c in self.calls if c.name == name and (not after or c.stage in after)]


def _left(session: Session) -> str:
    """What a session that may be open means for the person."""
    ends = time.strftime("%H:%M", time.localtime((session.expires_ms or 0) / 1000))
    if session.service_id is None:
        return f"The answer to the start was lost. Its browser closes by {ends}."
    return f"A browser is open, until {ends} at the latest. The next start of the program ends it."


def _finding(what: str, calls: Sequence[Call], kinds: frozenset[Kind] | None = None) -> Finding:
    """The finding that all calls were answered or, where kinds are given, came to one of these."""
    holds = _all(call.kind in kinds if kinds else call.error is None for call in calls)
    return what, holds, _joined(call.words for call in calls)


def _all(facts: Iterable[bool]) -> bool | None:
    known = list(facts)
    return all(known) if known else None


def _joined(values: Iterable[object]) -> str:
    return "; ".join(dict.fromkeys(map(str, values)))


def _public(text: str) -> str:
    """A text without the words that hold a figure or may be an address."""
    return re.sub(r"\S*[\d@/]\S*", "#", text)[:80]
