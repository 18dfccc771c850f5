"""Tasks that polls do not find: one such answer may be wrong, so it counts only when repeated."""

from msgspec import Struct

from enigma_panel.core.models import Task
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.service_rules import POLL_MS
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import LiveStatus

LOOKS_MS = (POLL_MS, 3_000, 10_000)
"""Delays of the looks after each "not found", in ms, the first with the next poll. The last one
waits longest, as a server between may keep such an answer (CloudFront: 10 s by default)."""

_NOT_FOUND = frozenset({Kind.SESSION_GONE, Kind.TASK_GONE})


class _Looks(Struct):
    """Equal answers in a row about one task: since when, how many, when the next one counts."""

    session_key: int
    kind: Kind
    since_ms: int
    due_ms: int
    count: int = 1


class MissingTasks:
    """Counts "not found" in answer to polls, in memory; a change is a Diff of the store."""

    def __init__(self, store: SessionStore, live: LiveStatus) -> None:
        self._store = store
        self._live = live
        self._looks: dict[int, _Looks] = {}

    def is_missing(self, task_key: int) -> bool:
        """True while the last poll did not find it or its session, and it is looked again."""
        return task_key in self._looks

    def due_ms(self, task_key: int) -> int | None:
        """When the next look counts (epoch ms), None where it is not missing."""
        looks = self._looks.get(task_key)
        return looks.due_ms if looks is not None else None

    def is_fact(self, task: Task, answer: Observation, asked_ms: int) -> bool:
        """Take the answer to a poll that was sent at asked_ms (epoch ms); whether to record it.

        A report always is. "Not found" is after three more looks with the same answer and no sign
        of life; one that came before its turn, as a command cut the wait short, does not count.
        """
        kind = answer.kind
        if kind not in _NOT_FOUND:
            self.forget(task.key)
            self.note_life(task.session_key)
            return True
        if task.is_final and kind is Kind.TASK_GONE:
            self.forget(task.key)
            return False
        looks = self._looks.get(task.key)
        if looks is None or looks.kind is not kind or self._has_worked_since(task, looks):
            due_ms = asked_ms + LOOKS_MS[0]
            self._looks[task.key] = _Looks(task.session_key, kind, asked_ms, due_ms)
            self._store.touch(task.session_key, task.key)
            return False
        if asked_ms < looks.due_ms:
            return False
        if looks.count == len(LOOKS_MS):
            self.forget(task.key)
            return True
        looks.due_ms = asked_ms + LOOKS_MS[looks.count]
        looks.count += 1
        return False

    def note_life(self, session_key: int) -> None:
        """Note that the service knows this session: the count starts over for its tasks."""
        for key, looks in list(self._looks.items()):
            if looks.session_key == session_key and looks.kind is Kind.SESSION_GONE:
                self.forget(key)

    def forget(self, task_key: int) -> None:
        """Drop the count: something else was answered, or the task is not looked for any more."""
        looks = self._looks.pop(task_key, None)
        if looks is not None:
            self._store.touch(looks.session_key, task_key)

    def _has_worked_since(self, task: Task, looks: _Looks) -> bool:
        """Whether the channel reported work since then, of the session's current task."""
        session = self._store.session(task.session_key)
        is_current = session is not None and session.current_task == task.key
        is_about_it = is_current or looks.kind is Kind.SESSION_GONE
        return is_about_it and self._live.is_alive_since(task.session_key, looks.since_ms)
