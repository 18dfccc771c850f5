"""What a person can click on, each as a function of how much of it (0: as it comes)."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from enigma_panel.core.verbs import CommandVerb

if TYPE_CHECKING:
    from tests.simulation.person import Person

Click = Callable[[int], None]
UNDOING_SEEDS = 0.1
SEEDS_OF_DAYS = 10**9
"""From there on a Stop can be taken back, as in the window; older seeds keep what they catch."""


def clicks_of(person: "Person") -> dict[str, Click]:
    clicks = Clicks(person)
    return {
        "start": clicks.start,
        "start_many": clicks.start_many,
        "run_after": clicks.run_after,
        "pause": clicks.pause_burst,
        "stop": clicks.stop,
        "terminate": clicks.terminate,
        "terminate_many": clicks.terminate_many,
        "answer": clicks.answer,
        "answer_more": clicks.answer,
        "put_away": clicks.put_away,
        "undo": clicks.undo,
        "remove": clicks.remove,
        "up": clicks.up,
        "start_next": clicks.start_next,
        "go_on": clicks.go_on,
    }


class Clicks:
    def __init__(self, person: "Person") -> None:
        self._person = person
        self._rng = person.rng
        self._sessions = person.parts.services.sessions
        self._queue = person.parts.services.queue
        self._store = person.parts.services.store
        self._undoes = person.world.source("undone").random() < UNDOING_SEEDS

    def start(self, _count: int) -> None:
        """New task, in a session of its own or in one call."""
        if self._person.marks >= self._person.tasks_wanted:
            return
        spec = self._person.draw_specs(1)[0]
        one_call = self._rng.random() < 0.25
        self._person.do("start", self._sessions.start(spec, one_call=one_call))

    def start_many(self, count: int) -> None:
        count = min(count or 3, self._person.tasks_wanted - self._person.marks)
        if count <= 0:
            return
        specs = self._person.draw_specs(count)
        self._person.do(f"start {count}", self._sessions.start_many(specs))

    def run_after(self, _count: int) -> None:
        """New task in an open session, also in one that works."""
        keys = [key for key in self._open() if self._takes_another(key)]
        if not keys or self._person.marks >= self._person.tasks_wanted:
            return
        where = self._rng.choice(keys)
        spec = self._person.draw_specs(1)[0]
        self._person.do(f"start in {where}", self._sessions.start(spec, where=where))

    def pause_burst(self, _count: int) -> None:
        keys = self._open()
        if keys:
            key = self._rng.choice(keys)
            for _ in range(self._rng.choice((1, 1, 2, 5))):
                can = self._sessions.can(key, CommandVerb.PAUSE)
                verb = CommandVerb.PAUSE if can else CommandVerb.RESUME
                self._person.command([key], verb)

    def stop(self, _count: int) -> None:
        keys = self._open()
        if keys and self._rng.random() < 0.4:
            grace = 3000 if self._person.world.seed >= SEEDS_OF_DAYS else 0
            self._person.command([self._rng.choice(keys)], CommandVerb.STOP, grace)

    def terminate(self, _count: int) -> None:
        """Terminate one, at once or with a moment to take it back."""
        keys = self._sessions.terminable_keys()
        if keys and self._rng.random() < 0.5:
            grace = 3000 if self._rng.random() < 0.5 else 0
            self._person.command([self._rng.choice(keys)], CommandVerb.TERMINATE, grace)

    def terminate_many(self, _count: int) -> None:
        keys = self._sessions.terminable_keys()
        if keys and self._rng.random() < 0.1:
            self._person.command(keys, CommandVerb.TERMINATE)

    def answer(self, _count: int) -> None:
        questions = self._person.parts.services.inbox.questions()
        if questions:
            question = self._rng.choice(questions)
            self._person.answer(question, stop=self._rng.random() < 0.1)

    def put_away(self, _count: int) -> None:
        keys = [s.key for s in self._store.sessions() if s.phase.value == "unconfirmed"]
        if keys and self._rng.random() < 0.2:
            key = self._rng.choice(keys)
            self._person.do(f"put away {key}", self._put_away(key))

    def undo(self, _count: int) -> None:
        all_pending = self._sessions.all_pending()
        if all_pending and self._rng.random() < 0.4:
            key = self._rng.choice(all_pending).session_key
            self._person.world.checks.undone(key)
            self._person.world.trace("undo", key)
            self._sessions.undo([key])

    def remove(self, _count: int) -> None:
        """Take a task out of the queue."""
        if (key := self._queued()) and self._rng.random() < 0.2:
            self._person.do(f"remove {key}", self._remove(key))

    def up(self, _count: int) -> None:
        """Let a task go before the one in front of it."""
        if key := self._queued():
            self._person.do(f"up {key}", self._queue.up(key))

    def start_next(self, _count: int) -> None:
        if key := self._queued():
            self._person.lets_go(key)
            self._person.do(f"start next {key}", self._queue.start_next(key))

    def go_on(self, _count: int) -> None:
        """Let the queue go on after a restart, or after a refusal."""
        self._person.lets_go(None)
        self._queue.go_on()

    async def _put_away(self, key: int) -> None:
        settled = await self._sessions.dismiss(key)
        if await self._has_second_thoughts(key):
            self._person.undone.update(settled)
            await self._sessions.restore(settled)

    async def _remove(self, key: int) -> None:
        removed = await self._queue.remove([key])
        if await self._has_second_thoughts(key):
            self._person.undone.update(removed)
            await self._sessions.restore(removed)

    async def _has_second_thoughts(self, key: int) -> bool:
        """In some seeds what was put away or removed is brought back, at once or much later."""
        if self._undoes:
            await asyncio.sleep(key * 7 % 31)
        return self._undoes

    def _queued(self) -> int:
        entries = self._queue.entries()
        return self._rng.choice(entries).task_key if entries else 0

    def _open(self) -> list[int]:
        return [
            s.key for s in self._store.sessions() if s.service_id is not None and not s.is_ended
        ]

    def _takes_another(self, key: int) -> bool:
        session = self._store.session(key)
        return session is not None and session.phase.value == "open" and not session.close_after
