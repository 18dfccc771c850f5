"""Pauses and Resumes that went out by the live channel, which confirms nothing."""

from collections.abc import Callable, Mapping

from enigma_panel.core.models import StateVerb, Task
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.loop import TaskScope
from enigma_panel.services.clock import Clock
from enigma_panel.services.errand import DURABLE, Command
from enigma_panel.services.registry import SessionStore

BELIEVED_MS = 60_000
"""A Pause or Resume given to a channel that breaks within this time is sent again by REST."""


class UnconfirmedPauses:
    """Has each of them sent again by REST, once, where the channel may have lost it.

    current: the commands on their way by session key. send_again: sends one by REST.
    """

    def __init__(
        self,
        registry: SessionStore,
        clock: Clock,
        scope: TaskScope,
        current: Mapping[int, Command],
        send_again: Callable[[int, StateVerb], None],
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._scope = scope
        self._current = current
        self._send_again = send_again
        self._emitted: dict[int, int] = {}
        self._doubted: dict[int, tuple[int, int]] = {}

    def was_delivered(self, command: Command) -> None:
        """A command has come to its end."""
        if command.sent_live:
            self._emitted[command.key] = self._clock.now_ms()
        if command.broke:
            self.lose(command.key)

    def lose(self, key: int) -> None:
        """This session's channel broke."""
        if (command := self._current.get(key)) is not None:
            command.broke = command.sent_live and command.verb not in DURABLE
            return
        sent_ms, task = self._emitted.pop(key, None), self._task(key)
        fresh = sent_ms is not None and self._clock.now_ms() - sent_ms <= BELIEVED_MS
        if fresh and task is not None and task.unproven is not None:
            self._send_again(key, task.unproven)

    def doubt(self, key: int) -> None:
        """An agent works on though it was told to pause: once it is told the other way, where that
        is still what somebody waits for; then it is shown at work.
        """
        task = self._task(key)
        if task is None or key in self._current:
            return
        this = (task.key, task.since_ms)
        is_fresh = self._clock.now_ms() - task.since_ms <= BELIEVED_MS
        if task.unproven is StateVerb.PAUSE and is_fresh and self._doubted.get(key) != this:
            self._doubted[key] = this
            self._emitted.pop(key, None)
            self._send_again(key, task.unproven)
        else:
            works_on = self._registry.record(key, task.key, Observation(kind=Kind.WORKS_ON))
            self._scope.spawn(f"works on {key}", works_on, exclusive=True)

    def _task(self, key: int) -> Task | None:
        session = self._registry.session(key)
        return self._registry.current_task(session) if session is not None else None
