"""The simulated service: keys, money, sessions, and the rules between them.

Pure: the clock and the random source are handed in, nothing here sleeps, starts a thread or
opens a connection. ``Service.handle`` takes one request and gives a ``Reply``, or ``LongPoll`` for
a request that waits for its task; ask ``settle`` for its reply after every other POST and
whenever ``due_at`` has come.
"""

from __future__ import annotations

import random
import string
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.simulator import requests, responses
from enigma_panel.simulator.dialects import DIALECTS
from enigma_panel.simulator.events import EventPublisher, Send
from enigma_panel.simulator.rate_limit import RateDecision, SlidingWindow
from enigma_panel.simulator.responses import Body, RefusedError, Reply, plain_error
from enigma_panel.simulator.scenarios import OPENING, scenario_for
from enigma_panel.simulator.scripts import File, Script
from enigma_panel.simulator.session import EPSILON, Session
from enigma_panel.simulator.settings import (
    DEMO_KEY,
    LONG_POLL_SECONDS,
    RATE_PERIOD,
    SESSION_MS,
    Settings,
)
from enigma_panel.simulator.task import Task, TaskRequest, TaskState

_LETTERS = string.ascii_lowercase + string.digits
_LIMITED = ("/start/start-session", "/start/send-message", "/start/run-task")


class Call(Struct, frozen=True):
    """One request: ``base`` is the URL under which the caller reached the service."""

    method: str
    path: str
    authorization: str | None = None
    raw: bytes = b""
    base: str = ""


class LongPoll(Struct, frozen=True):
    """A request that waits for its task: until ``until`` (clock seconds) at the longest."""

    task: Task
    single: bool
    until: float
    base: str
    headers: dict[str, str]


class Service:
    """One simulated service with one user.

    ``clock`` gives real (or virtual) seconds; ``epoch`` is the Unix time at clock zero.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        rng: random.Random,
        settings: Settings | None = None,
        epoch: float = 0.0,
    ) -> None:
        self.settings = settings or Settings()
        self._dialect = DIALECTS[self.settings.dialect]
        self.sessions: dict[str, Session] = {}
        self.applied: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self._clock = clock
        self._rng = rng
        self._epoch = epoch
        self._zero = clock()
        self._keys = {DEMO_KEY}
        self._forgotten_cost = Decimal(0)
        self._publisher = EventPublisher(self.settings.speed, self._dialect)
        self._windows: dict[str, SlidingWindow] = {}
        self._sockets = [self._id(20) for _ in range(self.settings.instance_count)]

    # --- time and money ---

    def now(self) -> float:
        """Give the service time in seconds: clock time since the start, times the speed."""
        return (self._clock() - self._zero) * self.settings.speed

    def next_event_at(self) -> float | None:
        """Give the clock time at which something happens next by itself, if anything will."""
        due = min((session.next_event() for session in self.sessions.values()), default=None)
        return None if due is None else self._zero + due / self.settings.speed

    def advance(self) -> None:
        """Let everything happen that is due by now, and forget sessions long ended."""
        now = self.now()
        for session in list(self.sessions.values()):
            session.advance(now)
            if session.ended is not None and session.next_event() <= now + EPSILON:
                self._forgotten_cost += self._cost(session)
                del self.sessions[session.id]
        self._publisher.publish()

    def balance(self) -> Decimal:
        """Give what is left, in US dollars; never below zero."""
        spent = sum(map(self._cost, self.sessions.values()), Decimal(0))
        return max(Decimal(0), self.settings.balance - self._forgotten_cost - spent)

    def _cost(self, session: Session) -> Decimal:
        """What a session cost so far; where polls are priced, as its tasks tell."""
        now = self.now()
        if self.settings.cost_per_poll is None:
            return session.cost(now)
        return sum((task.cost(now) for task in session.tasks.values()), Decimal(0))

    def unix(self, service_time: float) -> float:
        """Turn a service time into Unix seconds."""
        return self._epoch + self._zero + service_time / self.settings.speed

    def add_key(self, key: str) -> None:
        """Accept one more API key of the user."""
        self._keys.add(key)

    # --- requests ---

    def handle(self, call: Call) -> Reply | LongPoll:
        """Answer one request."""
        self.advance()
        headers: dict[str, str] = {}
        try:
            return self._route(call, headers)
        except RefusedError as refused:
            return replace(refused.reply, headers={**headers, **refused.reply.headers})
        finally:
            self._publisher.publish()

    def settle(self, long_poll: LongPoll) -> Reply | None:
        """Give the reply to a long poll once it is due, else ``None``."""
        self.advance()
        task, now = long_poll.task, self.now()
        asks = task.state is TaskState.ASKING and self.settings.question_in_hold == "early"
        if task.over or asks:
            end = responses.long_poll_end(task, now, long_poll.single, self._dialect)
            return Reply(200, end, long_poll.headers)
        if self._clock() + EPSILON >= long_poll.until:
            pending = responses.long_poll_pending(
                task, long_poll.base, long_poll.single, self._dialect
            )
            return Reply(200, pending, long_poll.headers)
        return None

    def due_at(self, long_poll: LongPoll) -> float:
        """Give the clock time at which a long poll may get its reply without another call."""
        session = self.sessions.get(long_poll.task.session_id)
        if session is None:
            return long_poll.until
        return min(long_poll.until, self._zero + session.next_event() / self.settings.speed)

    def _route(self, call: Call, headers: dict[str, str]) -> Reply | LongPoll:
        match (call.method, call.path.split("/")[1:]):
            case ("GET", ["start", "health"]):
                return Reply(200, self._health())
            case ("GET", ["start", "active-sockets"]):
                return Reply(200, responses.sockets(self._sockets, self.unix(self.now())))
        known = call.path in (*_LIMITED, "/v1/models") or call.path.startswith("/task/")
        if known:
            self._authorize(call.authorization)
        if call.method == "POST" and call.path in _LIMITED:
            self._count(call.path, headers)
            return self._post(call, requests.read_object(call.raw), headers)
        match (call.method, call.path.split("/")[1:]):
            case ("GET", ["v1", "models"]):
                return Reply(200, responses.models(self.unix(0.0), self._dialect))
            case ("GET", ["task", session_id, task_id]):
                return Reply(200, self._poll(session_id, task_id))
        raise plain_error(404, "Not found")

    def _post(self, call: Call, body: Body, headers: dict[str, str]) -> Reply | LongPoll:
        match call.path:
            case "/start/start-session":
                return Reply(200, self._start_session(body, call.base), headers)
            case "/start/run-task":
                return self._run_task(body, call.base, headers)
        return self._send_message(requests.read_message(body, self._dialect), call.base, headers)

    def _authorize(self, header: str | None) -> None:
        scheme, _, key = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise plain_error(401, "API key required. Provide Authorization: Bearer <api_key>")
        if key.strip() not in self._keys:
            raise plain_error(401, "Invalid or revoked API key")

    def _count(self, path: str, headers: dict[str, str]) -> None:
        bucket = "" if self.settings.rate_limit == "shared" else path
        fresh = SlidingWindow(self.settings.calls_per_minute, RATE_PERIOD)
        window = self._windows.setdefault(bucket, fresh)
        decision: RateDecision = window.ask(self._clock())
        headers.update(responses.rate_headers(decision, self._epoch + self._clock()))
        if not decision.allowed:
            raise plain_error(429, "Rate limit exceeded. Please try again later.")

    # --- the live channel ---

    def knows(self, session_id: str) -> bool:
        """Tell whether there is such a session and it is open."""
        self.advance()
        session = self.sessions.get(session_id)
        return session is not None and session.ended is None

    def watch(self, session_id: str, send: Send) -> Callable[[], None]:
        """Send an open session's events from now on, until the result is called.

        Raises ``KeyError`` unless the service ``knows`` the session.
        """
        if not self.knows(session_id):
            raise KeyError(session_id)
        return self._publisher.watch(self.sessions[session_id], send)

    def receive(self, session_id: str, message: object) -> None:
        """Handle what a client emitted: send-message's inner object, unlimited and unanswered.

        ``received`` counts it by name; what makes no sense is counted as ``nonsense``, too.
        """
        known = self.knows(session_id)
        try:
            body = {"sessionId": session_id, "message": message}
            read = requests.read_message(body, self._dialect)
        except RefusedError:
            self.received["nonsense"] += 1
            return
        self.received["newTask" if read.request else f"{read.action}:{read.word}"] += 1
        if known and (read.request is None or self.balance() > 0):
            self._deliver(self.sessions[session_id], read, "", {})
        self._publisher.publish()

    # --- the endpoints ---

    def _start_session(self, body: Body, base: str) -> Body:
        request = requests.read_task_request(
            body, self._dialect, self._dialect.session, text_needed=self.settings.needs_text
        )
        session = self._open(request, base, single=False)
        if request.text.strip():
            own = self._own(request)
            kinds = (OPENING, OPENING, *map(scenario_for, ("captcha", "crash")))
            kind = self._rng.choice(kinds) if self.settings.needs_text else OPENING
            script = kind.play(own.text, own.url, self._rng)
            session.add(self._task(session, own, script), self.now())
        real_ms = round((session.expires - session.created) * 1000 / self.settings.speed)
        self.applied["start-session"] += 1
        return responses.session_started(session.id, request.text, base, real_ms, self.balance())

    def _run_task(self, body: Body, base: str, headers: dict[str, str]) -> LongPoll:
        request = requests.read_task_request(body, self._dialect, self._dialect.run)
        session = self._open(request, base, single=True)
        self.applied["run-task"] += 1
        return self._begin(session, self._own(request), base, headers)

    def _own(self, request: TaskRequest) -> TaskRequest:
        """A session's own task has no duration of its own where the limit is the session's."""
        return replace(request, seconds=None) if self._dialect.caps_session else request

    def _task(self, session: Session, request: TaskRequest, script: Script) -> Task:
        sent = self.unix(self.now())
        task = Task(self._id(), session.id, request, script, session.base, sent)
        task.poll_price = self.settings.cost_per_poll
        return task

    def _send_message(
        self, message: requests.Message, base: str, headers: dict[str, str]
    ) -> Reply | LongPoll:
        session = self.sessions.get(message.session_id)
        if session is None or session.ended is not None:
            raise plain_error(401, "Session not found or unauthorized")
        if message.request is not None:
            self._check_balance()
            if session.current is not None and self.settings.busy == "refuses":
                text = "A task is already running"
                raise responses.coded_error(409, text, "TASK_ALREADY_RUNNING", {})
        return self._deliver(session, message, base, headers)

    def _deliver(
        self, session: Session, message: requests.Message, base: str, headers: dict[str, str]
    ) -> Reply | LongPoll:
        if message.request is not None:
            self.applied["newTask"] += 1
            return self._begin(session, message.request, base, headers)
        self._command(session, message)
        return Reply(200, dict(responses.DELIVERED), headers)

    def _command(self, session: Session, message: requests.Message) -> None:
        self.applied[f"{message.action}:{message.word}"] += 1
        settled = session.obey(message, self.now())
        if message.action == "guardrail":
            self.applied["answers-taken"] += settled
            self.answers[message.text] += 1

    def _open(self, request: TaskRequest, base: str, single: bool) -> Session:
        self._check_balance()
        in_use = sum(session.ended is None for session in self.sessions.values())
        if in_use >= self.settings.places:
            raise responses.coded_error(
                429,
                "Maximum number of concurrent sessions reached",
                "SESSION_LIMIT_REACHED",
                {"current": in_use, "limit": self.settings.places},
            )
        if in_use >= self.settings.instance_count:
            raise plain_error(503, "No available instances.")
        now = self.now()
        idle = self._dialect.idle_seconds
        life = idle or request.seconds or SESSION_MS / 1000
        session = Session(self._id(), now, now + life, idle, single, request.close_after)
        session.base, session.url = base, request.url
        self.sessions[session.id] = session
        return session

    def _begin(
        self, session: Session, request: TaskRequest, base: str, headers: dict[str, str]
    ) -> LongPoll:
        url = request.url or session.url
        script = scenario_for(request.text).play(request.text, url, self._rng)
        task = self._task(session, request, script)
        session.add(task, self.now())
        until = self._clock() + LONG_POLL_SECONDS / self.settings.speed
        return LongPoll(task, session.single, until, base, headers)

    def _check_balance(self) -> None:
        balance = self.balance()
        if balance <= 0:
            raise plain_error(402, "Insufficient balance.", balance=responses.dollars(balance))

    def _poll(self, session_id: str, task_id: str) -> Body:
        session = self.sessions.get(session_id)
        task = None if session is None else session.tasks.get(task_id)
        if task is None:
            raise plain_error(404, self._dialect.not_found)
        task.polls += not task.over
        now = self.now()
        ended = self.unix(now if task.ended is None else task.ended)
        rich = self.settings.states == "rich"
        return responses.poll(task, now, ended, rich, self._dialect)

    def file(self, session_id: str, task_id: str, name: str) -> File | None:
        """Find a file of a result."""
        session = self.sessions.get(session_id)
        task = None if session is None else session.tasks.get(task_id)
        files = task.done.files if task is not None and task.done is not None else ()
        return next((file for file in files if file.name == name), None)

    def _health(self) -> Body:
        used = sum(session.ended is None for session in self.sessions.values())
        free = max(0, self.settings.instance_count - used)
        return responses.health(free, self.unix(self.now()))

    def _id(self, length: int = 12) -> str:
        return "".join(self._rng.choices(_LETTERS, k=length))
