"""Invariants of state commands: a Terminate goes out in time and is kept over a kill."""

import math
from typing import TYPE_CHECKING

from msgspec import Struct

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.types import PendingCommand, WaitReason
from tests.simulation.calls import Sent, mark_of
from tests.simulation.check_calls import PERIOD_S

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.life import Life
    from tests.simulation.world import World

IN_TIME_S = 61.0
WRITTEN_S = 1.5
_KEPT = (
    "SELECT count(*) FROM intents WHERE outcome IS NULL AND kind = 'state' AND verb = 'terminate'"
    " AND session_key = ?"
)
ENOUGH = 9
"""So many Terminates in the last minute: then the rate limit forbids another one."""


class _Wanted(Struct):
    clicked_at: float
    waits_since: float


class Commands:
    """Every Terminate that was clicked and has not gone out."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.wanted: dict[int, _Wanted] = {}
        self.taken_back: set[int] = set()
        self._stops: dict[tuple[int, int], float] = {}  # session, mark: wanted until then
        self._overtaken: list[tuple[Sent, PendingCommand]] = []

    def clicked(self, keys: list[int], verb: CommandVerb, grace_ms: int) -> None:
        life = self._world.life
        if life is None or life.parts is None:
            return
        if verb is CommandVerb.STOP:
            self._note_stops(keys, life.parts)
        if verb is not CommandVerb.TERMINATE:
            return
        now = self._world.timeline.now
        for key in keys:
            session = life.parts.services.store.session(key)
            is_unnamed = session is not None and session.service_id is None
            if is_unnamed and self._world.weather.disk_full:
                continue  # its start is queued again in a moment, unsent (known-limits.md)
            if life.parts.services.sessions.can(key, verb):
                self.wanted.setdefault(key, _Wanted(now, now + grace_ms / 1000))

    def _note_stops(self, keys: list[int], parts: "Parts") -> None:
        for key in keys:
            session = parts.services.store.session(key)
            task = parts.services.store.current_task(session) if session is not None else None
            if task is not None:
                self._stops[key, mark_of(task.spec)] = math.inf

    def answered(self, session_key: int, mark: int, verb: AnswerVerb) -> None:
        """The person answers a question: by a Stop, or after one it goes on all the same."""
        if verb is AnswerVerb.STOP:
            self._stops[session_key, mark] = math.inf
        elif (session_key, mark) in self._stops:
            self._stops[session_key, mark] = self._world.timeline.now

    def capped(self, session_key: int, mark: int) -> None:
        """A task has reached its cap."""
        self._stops[session_key, mark] = math.inf

    def stop_meets_its_task(self, sent: Sent) -> None:
        """A Stop ends no other task than the one that was on the screen."""
        if sent.verb is not ApiCall.STATE or sent.new_state != CommandVerb.STOP or not sent.stopped:
            return
        for key in self._keys_of(sent.session_id):
            if sent.at > self._stops.get((key, sent.stopped), -math.inf):
                self._world.fail("a stop meets its own task", f"{sent} ended {sent.stopped}")

    def the_urgent_go_first(self, sent: Sent) -> None:
        """No Pause goes out while a Terminate waits for a call."""
        life = self._world.life
        pauses = sent.verb is ApiCall.STATE and not sent.is_urgent
        if not pauses or life is None or life.parts is None:
            return
        if self._world.storm.last_sleep > sent.at - 2.0:  # many wake up in the same moment
            return
        soon = life.now_ms - 2_000
        for pending in life.parts.services.sessions.all_pending():
            waits = pending.why is WaitReason.BUDGET and pending.made_ms < soon
            if waits and pending.verb is CommandVerb.TERMINATE:
                self._overtaken.append((sent, pending))

    def nobody_was_overtaken(self, life: "Life") -> None:
        """What a Pause seemed to overtake has gone out in the same moment, or it was overtaken."""
        overtaken, self._overtaken = self._overtaken, []
        assert life.parts is not None
        for sent, pending in overtaken:
            now = life.parts.services.sessions.pending(pending.session_key)
            same = now is not None and (now.made_ms, now.attempt) == (
                pending.made_ms,
                pending.attempt,
            )
            if (
                same
                and now is not None
                and now.why is WaitReason.BUDGET
                and sent.life == life.number
            ):
                self._world.fail("the urgent go first", f"{sent} before {pending}")

    def undone(self, key: int) -> None:
        self.wanted.pop(key, None)
        self.taken_back.add(key)

    def sent(self, sent: Sent) -> None:
        if sent.verb is ApiCall.STATE and sent.new_state == CommandVerb.TERMINATE:
            for key in self._keys_of(sent.session_id):
                self.wanted.pop(key, None)

    def waits_for(self, session_id: str | None) -> bool:
        """Whether a Terminate of it was clicked and has not gone out, or was taken back."""
        keys = self._keys_of(session_id or "-")
        return any(key in self.wanted or key in self.taken_back for key in keys)

    def terminates_go_out(self, life: "Life") -> None:
        """Within 60 seconds, unless calls of the same rank use up the rate limit."""
        assert life.parts is not None
        now = self._world.timeline.now
        is_out_of_reach = self._world.settings_changes.is_out_of_reach
        for key, wanted in list(self.wanted.items()):
            session = life.parts.services.store.session(key)
            if session is None or session.is_final or session.is_ended:
                del self.wanted[key]
            elif is_out_of_reach(session.service_id) or self.hindered():
                wanted.waits_since = now
            elif now - wanted.waits_since > IN_TIME_S and self._terminates_sent() < ENOUGH:
                waits = f"session {key} waits since {wanted.waits_since:.1f}"
                self._world.fail("a terminate goes out in time", waits)

    def hindered(self) -> bool:
        """Whether network, sleep, a full disk, the key or other people's calls are in the way."""
        world = self._world
        recent = world.timeline.now - 2.0
        if world.settings_changes.is_in_the_way:
            return True
        if max(world.storm.cut_until, world.storm.last_sleep, world.storm.last_full) > recent:
            return True
        if world.channel.haste.used_up_at > world.timeline.now - PERIOD_S:
            return True
        messages = [s for s in world.link.book.all if s.path.endswith("send-message")]
        return bool(messages) and world.checks.calls.disturbed(messages[-1])

    def _terminates_sent(self) -> int:
        since = self._world.timeline.now - 60.0
        recent = (s for s in self._world.link.book.all if s.at > since)
        return sum(s.verb is ApiCall.STATE and s.new_state == CommandVerb.TERMINATE for s in recent)

    def life_ended(self, life: "Life") -> None:
        """What was clicked a moment before the end was never promised."""
        now = self._world.timeline.now
        trouble = max(self._world.storm.last_full, self._world.storm.last_sleep)
        for key, wanted in list(self.wanted.items()):
            fresh = now - max(wanted.clicked_at, trouble) < WRITTEN_S
            if fresh or self._world.weather.disk_full:
                del self.wanted[key]
        for stop, until in self._stops.items():
            if now - until < WRITTEN_S:  # it was taken back by an answer that never went out
                self._stops[stop] = math.inf

    def as_left_behind(self, life: "Life") -> None:
        """The next process finds what was promised, and has as long again for it."""
        for key, wanted in self.wanted.items():
            wanted.waits_since = self._world.timeline.now
            self._is_kept(life, key, wanted)

    def _is_kept(self, life: "Life", key: int, wanted: _Wanted) -> None:
        """A Terminate that was not taken back is in the ledger.

        At least where that could be written for a moment since the click.
        """
        assert life.parts is not None
        ledger = life.parts.ledger
        session = ledger.sessions([key]).get(key)
        is_obsolete = session is None or session.is_ended or session.service_id is None
        if is_obsolete:
            return
        if ledger._db.rows(_KEPT, (key,))[0][0] != 1:
            self._world.fail("a terminate is kept over a kill", f"session {key}")

    def _keys_of(self, session_id: str) -> list[int]:
        life = self._world.life
        if life is None or life.parts is None:
            return []
        return [s.key for s in life.parts.services.store.sessions() if s.service_id == session_id]
