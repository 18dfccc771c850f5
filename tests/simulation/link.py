"""The way of each call through the network to the model and back, in world time."""

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING

from enigma_panel.api.errors import ApiError, InterruptedCallError, NotConnectedError
from enigma_panel.api.protocols import ApiCall
from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.simulator.responses import Reply
from enigma_panel.simulator.service import Call, LongPoll
from tests.simulation.calls import LIMITED, CallBook, Sent, Verdict
from tests.simulation.network import LIMITS, compressed, damaged, fail, own_answer, read_limit
from tests.simulation.settings_changes import OWN_HOST
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.world import World

_ASKS = b"guardrail_trigger"
STALE_S = 9.0
"""So old is what a cache answers at most; the program bears with a repeated question for 15 s."""

BASE = OWN_HOST
_BEFORE = frozenset(
    {
        Kind.LIMITED,
        Kind.LIMITED_FOR,
        Kind.FULL,
        Kind.BROKEN,
        Kind.HTML,
        Kind.GATEWAY,
        Kind.NOT_FOUND,
    }
)

_TRUE = frozenset({Kind.FINE, Kind.SLOW, Kind.STALE})


class _Call:
    def __init__(
        self, sent: Sent, life: "Life", raw: bytes | None, account: tuple[str, str]
    ) -> None:
        self.sent = sent
        self.life = life
        self.raw = raw
        self.account = account
        self.future: asyncio.Future[Answer] = life.loop.create_future()

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for its end any more."""
        return self.life.loop.dead or self.future.done()


class Link:
    """Carries calls between all processes of the seed and one model."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.book = CallBook()
        self.under_way: list[_Call] = []
        self._held: list[tuple[_Call, LongPoll]] = []
        self._cache: dict[str, list[tuple[float, Answer]]] = {}

    def send(
        self,
        life: "Life",
        verb: ApiCall,
        path: str,
        raw: bytes | None,
        account: tuple[str, str],
        *,
        meant: int,
    ) -> tuple[Sent, "asyncio.Future[Answer]"]:
        """Send bytes; the future brings the answer or an ApiError."""
        world = self._world
        life.touch(f"send {'post' if raw else 'get'}")
        fate = world.gateway.fate(verb, world.late_name.fate(verb, world.weather.fate(verb)))
        fate = world.not_found.fate(verb, path, raw, fate)
        if verb is ApiCall.POLL:
            fate = world.channel.weather.overtakes(fate)
        fate = world.settings_changes.fate(account[1], fate)
        now = world.timeline.now
        sent = self.book.new(verb, path, raw, meant, life=life.number, at=now, fate=fate)
        sent.fate = world.late_reply.fate(sent)
        call = _Call(sent, life, raw, account)
        if life.loop.dead:
            return sent, call.future
        if verb in LIMITED:
            world.trace("send", verb, sent.number, sent.mark or sent.new_state, sent.fate.name)
            world.checks.sent(sent)
        elif verb is ApiCall.POLL:
            world.checks.live.polls(sent)
            world.checks.caps.asked(sent.path)
        world.settings_changes.sent(sent, raw, *account)
        self._follow(call)
        return sent, call.future

    def judge(self, sent: Sent, failure: Verdict, error: ApiError | None) -> None:
        """The program has drawn its conclusion from what came back."""
        sent.failure, sent.error = failure, error
        sent.judged_at = self._world.timeline.now
        self._world.trace("told", sent.number, failure, error or "")
        self._world.checks.judged(sent)

    def cut_all(self, silently: bool) -> None:
        """The network breaks under all calls that are under way."""
        calls, self.under_way = self.under_way, []
        for call in calls:
            if not silently:
                self._fail(call, InterruptedCallError("cut"))

    def pump(self) -> None:
        """Give every held call its reply that can have one now."""
        for entry in list(self._held):
            reply = self._world.model.settle(entry[1])
            if reply is not None:
                self._held.remove(entry)
                self._reply(entry[0], reply)

    def _follow(self, call: _Call) -> None:
        fate, timeline = call.sent.fate, self._world.timeline
        match fate.kind:
            case Kind.REFUSED:
                timeline.after(fate.out, lambda: self._fail(call, NotConnectedError("refused")))
                return
            case Kind.NO_CONNECTION:
                none = NotConnectedError("timeout")
                timeline.after(LIMITS.connect, lambda: self._fail(call, none))
                return
        self.under_way.append(call)
        call.future.add_done_callback(lambda _: self._forget(call))
        timeline.after(fate.out, lambda: self._arrive(call), outside=True)
        late = InterruptedCallError("timeout")
        timeline.after(read_limit(call.sent.verb), lambda: self._fail(call, late))

    def _forget(self, call: _Call) -> None:
        if call in self.under_way:
            self.under_way.remove(call)

    def _fail(self, call: _Call, error: ApiError) -> None:
        if not call.is_over:
            fail(call.future, error)

    def _arrive(self, call: _Call) -> None:
        kind = call.sent.fate.kind
        if kind is Kind.DROPPED_BEFORE:
            self._deliver(call, InterruptedCallError("cut"))
        elif kind in _BEFORE:
            self._deliver(call, own_answer(call.sent.fate))
        elif kind is not Kind.SILENT_BEFORE:
            self._handle(call)

    def _handle(self, call: _Call) -> None:
        sent, model = call.sent, self._world.model
        before = Counter(model.applied) if sent.verb in LIMITED else None
        known = set(model.sessions)
        stops = self.at_work(sent.session_id) if sent.new_state == "stop" else 0
        asked = self._world.questions.open_in(sent.session_id)
        key = "revoked" if self._world.settings_changes.key_is_refused else call.account[0]
        authorization = f"Bearer {key}" if call.account[0] else None
        method = "GET" if call.raw is None else "POST"
        answer = model.handle(Call(method, sent.path, authorization, call.raw or b"", BASE))
        sent.arrived_at = self._world.timeline.now
        sent.status = None if isinstance(answer, LongPoll) else answer.status
        if before is not None:
            self._note_effect(sent, answer, before, known)
            self._world.settings_changes.opened(sent, *call.account)
            sent.stopped = stops if sent.applied else 0
            self._world.questions.arrived(sent, asked)
            self._world.checks.arrived(sent)
            call.life.touch("handled")
        if isinstance(answer, LongPoll):
            self._hold(call, answer)
        else:
            self._reply(call, answer)
        if before is not None:
            self.pump()
            self._world.channel.follow()

    def at_work(self, session_id: str) -> int:
        """The mark of the task that a session of the model works on."""
        self._world.model.advance()
        session = self._world.model.sessions.get(session_id)
        task = session.current if session is not None else None
        return round((task.request.seconds or 0) * 1000) % 1000 if task is not None else 0

    def _note_effect(
        self, sent: Sent, answer: Reply | LongPoll, before: Counter[str], known: set[str]
    ) -> None:
        model = self._world.model
        sent.applied = model.applied != before
        sent.code = None if isinstance(answer, LongPoll) else answer.body.get("code")
        sent.opened = next((key for key in model.sessions if key not in known), None)
        sent.began = answer.task if isinstance(answer, LongPoll) else None
        self._world.trace("service", sent.number, sent.status or "holds", sent.applied)

    def _hold(self, call: _Call, held: LongPoll) -> None:
        self._held.append((call, held))
        self._watch(call, held)

    def _watch(self, call: _Call, held: LongPoll) -> None:
        if (call, held) in self._held:
            self.pump()
        if (call, held) in self._held:
            due = max(self._world.model.due_at(held), self._world.timeline.now + 0.001)
            self._world.timeline.at(due, lambda: self._watch(call, held), outside=True)

    def _reply(self, call: _Call, reply: Reply) -> None:
        raw = json.dumps(reply.body, default=float).encode()
        headers = {name.lower(): value for name, value in reply.headers.items()}
        self._world.late_name.comes(call.sent)
        answer = Answer(reply.status, {**headers, "date": self._world.http_date()}, raw)
        if call.sent.verb is ApiCall.POLL:
            answer = self._cached(call.sent, self._world.caps.told(call.sent, answer))
        answer = self._world.bodies.told(call.sent, answer)
        if call.sent.fate.kind is not Kind.SILENT_AFTER:
            if self._world.gateway.compresses and call.sent.fate.kind is not Kind.UNDECODABLE:
                answer = compressed(answer)
            self._deliver(call, damaged(call.sent.fate, answer))

    def _cached(self, sent: Sent, answer: Answer) -> Answer:
        """What the cache in between makes of the reply to a poll."""
        now = self._world.timeline.now
        seen = [(at, old) for at, old in self._cache.get(sent.path, ()) if now - at < STALE_S]
        self._cache[sent.path] = [*seen, (now, answer)]
        if not seen or sent.fate.kind is not Kind.STALE or answer.status != 200:
            return answer
        old, last = seen[0][1], seen[-1][1]
        if _ASKS in last.body and _ASKS not in answer.body:
            return last  # repeated once after it was answered (api.md §11.4)
        # Else only figures are old: a service that forgets its questions would be another one.
        asks = any(_ASKS in told.body for told in (old, last, answer))
        return answer if asks else old

    def _deliver(self, call: _Call, answer: Answer | ApiError) -> None:
        def come_in() -> None:
            if call.is_over or call not in self.under_way:
                return
            call.life.touch(f"reply {'post' if call.raw else 'get'}")
            if call.life.loop.dead:
                return
            if isinstance(answer, ApiError):
                fail(call.future, answer)
            else:
                call.future.set_result(answer)
                is_report = call.sent.verb is ApiCall.POLL and answer.status == 200
                if is_report and call.sent.fate.kind in _TRUE:  # a refused key is no news of it
                    self._world.not_found.told(call.sent.path)
                    self._world.checks.caps.told(call.sent.path)

        self._world.timeline.after(call.sent.fate.back, come_in)
