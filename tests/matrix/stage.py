"""What a cell is played on: a simulator, the way to it, and the whole program without windows."""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from msgspec.structs import replace

from enigma_panel.api.client import CONNECT_S, LONG_POLL_READ_S, QUICK_READ_S, HttpClient, Timeouts
from enigma_panel.api.protocols import ApiCall
from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.api.wire.excerpt import Scrub
from enigma_panel.api.wire.requests import WRITERS
from enigma_panel.bootstrap import DataDirs, Parts, build
from enigma_panel.cli import Options
from enigma_panel.core import reducer
from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.observation import Observation
from enigma_panel.core.service_rules import RULES, Dialect
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.demo.simulator_process import DEMO_KEY
from enigma_panel.services.recovery import recover
from enigma_panel.services.types import ServiceNotice
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.paths import Folders, folders_below
from tests.conftest import Simulator
from tests.kit.clock import FastClock
from tests.matrix.certificates import Certificates, make_certificates
from tests.matrix.gate import Gate, Names
from tests.services.conftest import leave

FACTOR = 50
"""The program's minute takes 1.2 s."""
QUICK = 20
"""Speed of a simulator whose tasks are to end during a cell: a session lives for 15 s there, which
a busy machine must not use up before the fault is over."""
SLOW = 10
"""Speed of a simulator whose tasks are not to end during a cell."""
CALM = Timeouts(CONNECT_S * 0.3, LONG_POLL_READ_S * 0.3, QUICK_READ_S * 0.3)
SILENT = Timeouts(connect=1.0, long_poll_read=LONG_POLL_READ_S / FACTOR, quick_read=1.5)
"""Held calls in proportion; quick ones so that a busy machine is not taken for a silent service."""
LIFE_MS = 3_600_000
WORKS, ASKS = "Research the history of lamps, in depth", "Log in to shop.example"
_ARGUMENTS = ("--faults", "--calls-per-minute", "1000", "--places", "1000", "--balance", "100000")


class Clock(FastClock):
    FACTOR = FACTOR


class Watched(HttpClient):
    """The real client."""

    sends: Counter[ApiCall]
    under_way: Counter[ApiCall]
    trip_at: ApiCall
    trip: Callable[[], None] | None = None

    async def _request(self, verb: ApiCall, path: str, body: bytes | None, scrub: Scrub) -> Answer:
        trip = self.trip if verb is self.trip_at else None
        if trip is not None:
            self.trip = None
            trip()
        self.sends[verb] += 1
        self.under_way[verb] += 1
        try:
            return await super()._request(verb, path, body, scrub)
        finally:
            self.under_way[verb] -= 1

    async def start_session(self, spec: TaskSpec, text: str = "") -> Observation:
        """The simulator's speed shortens what it says of the session's life."""
        observation = await super().start_session(spec, text)
        return replace(observation, expires_in_ms=(observation.expires_in_ms or 0) * QUICK * 10)


@dataclass
class Lane:
    """One simulator with the way to it; the cells of a lane are played one after the other."""

    simulator: Simulator
    gate: Gate
    certificates: Certificates
    http: httpx.Client
    dialect: Dialect

    def faults(self, *entries: dict[str, Any]) -> None:
        """Switch these on and all others off."""
        self.http.post("/_sim/faults", json=list(entries)).raise_for_status()

    def state(self) -> dict[str, Any]:
        """The simulator's own account."""
        account: dict[str, Any] = self.http.get("/_sim/state").json()
        return account

    def open_session(self, text: str) -> tuple[str, str]:
        """A session at work, opened past the program: its id and its task's."""
        writer, spec = WRITERS[self.dialect], TaskSpec(text=text, close_after=False)
        reply = self.http.post("/start/start-session", content=writer.start_session(spec))
        session_id = reply.json()["sessionId"]
        body = writer.new_task(session_id, spec)
        with contextlib.suppress(httpx.ReadTimeout):  # it is held; the task has begun
            self.http.post("/start/send-message", content=body, timeout=0.1)
        sessions = self.state()["sessions"]
        tasks = next(s["tasks"] for s in sessions if s["sessionId"] == session_id)
        return session_id, tasks[0]["taskId"]

    def end_session(self, session_id: str) -> None:
        message = {"actionType": "state", "newState": "terminate"}
        body = {"sessionId": session_id, "message": message}
        self.http.post("/start/send-message", json=body).raise_for_status()


@contextmanager
def lane(names: Names, folder: Path, speed: int, dialect: Dialect) -> Iterator[Lane]:
    """A running one, with a host name like its folder's."""
    host = f"{folder.name}.invalid"
    folder.mkdir(parents=True, exist_ok=True)
    certificates = make_certificates(folder, host)
    arguments = (*_ARGUMENTS, "--speed", str(speed), "--dialect", dialect)
    simulator = Simulator(*arguments, "--seed", "1", live="off")
    gate = Gate(simulator.url, certificates, host)
    gate.start()
    names.known[host] = gate.resolve
    headers = {"Authorization": f"Bearer {DEMO_KEY}"}
    try:
        # None is kept alive: httpx and the server let go of idle connections at the same moment.
        limits = httpx.Limits(max_keepalive_connections=0)
        with httpx.Client(
            base_url=simulator.url, headers=headers, limits=limits, trust_env=False, verify=False
        ) as http:
            yield Lane(simulator, gate, certificates, http, dialect)
    finally:
        del names.known[host]
        gate.stop()
        simulator.stop()


@contextmanager
def idle_in_proportion() -> Iterator[None]:
    """Sessions that live while something happens get as much more idle time as our clock takes."""
    longer = {d: replace(rules, idle_ms=rules.idle_ms * FACTOR) for d, rules in RULES.items()}
    with patch.object(reducer, "RULES", longer):
        yield


@dataclass
class Run:
    parts: Parts
    client: Watched
    sends: Counter[ApiCall]
    notices: list[ServiceNotice] = field(default_factory=list)
    task_key: int = 0

    @property
    def task(self) -> Task | None:
        return self.parts.services.sessions.task(self.task_key)

    @property
    def session(self) -> Session | None:
        task = self.task
        return self.parts.services.sessions.session(task.session_key) if task is not None else None


def remember(
    folders: Folders,
    url: str,
    ids: tuple[str, str],
    socket_url: str | None = None,
    dialect: Dialect = Dialect.E,
) -> int:
    """Write an open session with a task at work into the ledger; gives the task's key."""
    now = Clock().now_ms()
    with Ledger.open(folders.ledger)[0] as ledger:
        session = Session(
            base_url=url,
            dialect=dialect,
            key_fingerprint=ledger.key_fingerprint(DEMO_KEY, url),
            site="shop.example",
            since_ms=now,
            created_ms=now,
            expires_ms=now + LIFE_MS,
        )
        spec = TaskSpec(text=WORKS, close_after=False)
        task = Task(session_key=0, verb=TaskVerb.NEW_TASK, spec=spec, since_ms=now, created_ms=now)
        intent = ledger.open_intent(IntentKind.START_SESSION, session, task, now)
        assert intent.task is not None
        opened = replace(
            intent.session,
            phase=Phase.OPEN,
            opened_ms=now,
            service_id=ids[0],
            socket_url=socket_url,
        )
        working = replace(intent.task, status=TaskStatus.WORKING, service_id=ids[1], sent_ms=now)
        ledger.settle(intent.key, Outcome.KNOWN, now, opened, working)
    return intent.task.key


@asynccontextmanager
async def program(
    on: Lane, folder: Path, timeouts: Timeouts, ids: tuple[str, str] | None
) -> AsyncIterator[Run]:
    """Started as the program starts, over TLS; with ids, that session was open before."""
    folders = folders_below(folder)
    folders.prepare()
    key = remember(folders, on.gate.url, ids, dialect=on.dialect) if ids is not None else 0
    sends: Counter[ApiCall] = Counter()
    made: list[Watched] = []

    def make(base_url: str, api_key: str, dialect: Dialect) -> Watched:
        made.append(_watched(base_url, api_key, dialect, on, timeouts))
        made[-1].sends = sends
        return made[-1]

    options = Options(demo=True, data_dir=folder, dialect=on.dialect)
    place = DataDirs(folders=folders, root=folder, throw_away=False)
    parts = await build(options, place, on.gate.url, Clock(), make)
    try:
        await _begin(parts)
        run = Run(parts, made[-1], sends, task_key=key)
        parts.services.sessions.said.connect(run.notices.append)
        yield run
    finally:
        await leave(parts)


async def _begin(parts: Parts) -> None:
    await recover(parts.services)
    await parts.services.account.load()
    for window in parts.services.rate_limiter._windows.values():
        window.limit = 1000
    parts.services.scope.spawn("health", parts.services.health.run())
    parts.services.scope.spawn("ticks", _tick(parts))


def _watched(
    base_url: str,
    key: str,
    dialect: Dialect,
    on: Lane,
    timeouts: Timeouts,
) -> Watched:
    tls = on.certificates.client_context()

    async def make_tls() -> ssl.SSLContext:
        return tls

    client = Watched(base_url, key, dialect, timeouts=timeouts, make_tls=make_tls)
    client.under_way, client.trip_at = Counter(), ApiCall.MODELS
    return client


async def _tick(parts: Parts) -> None:
    while True:
        await parts.services.housekeeping.tick()
        await asyncio.sleep(1.0 / FACTOR)
