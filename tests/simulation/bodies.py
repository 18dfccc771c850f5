"""Ids in replies: they are another task's of ours, with its body, or ids that nobody knows.

In some seeds.

What the documentation shows of a poll names no id. Only in worlds where it does can the program
tell them apart; in the others nobody can, and there they are not played.
"""

import json
import random
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from enigma_panel.api.protocols import ApiCall
from enigma_panel.api.wire.error_responses import Answer
from tests.simulation.calls import Sent
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from tests.simulation.world import World

_NAMED = {
    ApiCall.NEW_TASK: "taskId",
    ApiCall.RUN_TASK: "taskId",
    ApiCall.START_SESSION: "sessionId",
}
_TRUE = frozenset({Kind.FINE, Kind.SLOW, Kind.STALE})


class Bodies:
    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._names_ids = rng.random() < 0.5
        self._others = rng.choice((0.0, 0.0, 0.0, 0.05, 0.3)) if self._names_ids else 0.0
        self._unknown = rng.choice((0.0, 0.0, 0.0, 0.05, 0.3)) if self._names_ids else 0.0
        if self._names_ids and rng.random() < 0.05:
            self._unknown = 1.0
        self._others_of_starts = rng.choice((*[0.0] * 6, 0.2))
        self._last: dict[str, Answer] = {}
        self._starts: defaultdict[ApiCall, list[Answer]] = defaultdict(list)

    def __str__(self) -> str:
        ids = "ids" if self._names_ids else "no ids"
        return (
            f"polls name {ids}, {self._others:.0%} are another's, {self._unknown:.0%} of the ids"
            f" unknown, {self._others_of_starts:.0%} of starts another's"
        )

    def told(self, sent: Sent, answer: Answer) -> Answer:
        """What the service's own reply to a poll or a start becomes on its way."""
        if answer.status != 200 or sent.fate.kind not in _TRUE:
            return answer
        if sent.verb is ApiCall.POLL:
            return self._poll(sent, answer)
        return self._start(sent, answer) if sent.verb in _NAMED else answer

    # -- inside --------------------------------------------------------------------------------

    def _poll(self, sent: Sent, answer: Answer) -> Answer:
        if not self._names_ids:
            return answer
        _, _, session_id, task_id = sent.path.split("/")
        answer = _with_ids(answer, session_id, task_id)
        others = [old for path, old in self._last.items() if path != sent.path]
        self._last[sent.path] = answer
        may_lie = bool(others) and not self._world.storm.is_over
        if may_lie and self._rng.random() < self._others:
            return self._lie(sent, self._rng.choice(others))
        if self._rng.random() < self._unknown:
            mark = "-as-known-elsewhere"
            return _with_ids(answer, session_id + mark, task_id + mark)
        return answer

    def _start(self, sent: Sent, answer: Answer) -> Answer:
        before = list(self._starts[sent.verb])
        self._starts[sent.verb].append(answer)
        if self._world.storm.is_over or self._rng.random() >= self._others_of_starts:
            return answer
        others = [old for old in before if self._is_known(json.loads(old.body)[_NAMED[sent.verb]])]
        return self._lie(sent, self._rng.choice(others)) if others else answer

    def _is_known(self, service_id: str) -> bool:
        """Whether the program knows the task or session that is named."""
        life = self._world.life
        if life is None or life.parts is None:
            return False
        store = life.parts.services.store
        known = (*store.tasks(), *store.sessions())
        return any(record.service_id == service_id for record in known)

    def _lie(self, sent: Sent, answer: Answer) -> Answer:
        sent.fate = replace(sent.fate, kind=Kind.OTHERS)
        self._world.trace(Kind.OTHERS, sent.verb, sent.mark or sent.path)
        return answer


def _with_ids(answer: Answer, session_id: str, task_id: str) -> Answer:
    body = {**json.loads(answer.body), "sessionId": session_id, "taskId": task_id}
    return replace(answer, body=json.dumps(body).encode())
