"""Starts under way and what they leave open meanwhile; the queue writes it, others read it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class StartsUnderWay:
    """Sessions without a name yet, and tasks whose reply is awaited.

    heard: by task, an id from the live channel that the reply may still correct.
    """

    def __init__(self) -> None:
        self.heard: dict[int, str] = {}
        self._naming: dict[int, asyncio.Event] = {}
        self._awaiting: set[int] = set()

    def is_awaiting_reply(self, task_key: int) -> bool:
        """Whether the call that starts this task still waits for its reply, which will name it."""
        return task_key in self._awaiting

    async def when_named(self, session_key: int) -> None:
        """Return once the service has named that session or its start has failed."""
        event = self._naming.get(session_key)
        if event is not None:
            await event.wait()

    @contextmanager
    def naming(self, session_key: int) -> Iterator[None]:
        """Mark, in a block, that the session is being opened."""
        self._naming[session_key] = asyncio.Event()
        try:
            yield
        finally:
            self._naming.pop(session_key).set()

    @contextmanager
    def awaiting_reply(self, task_key: int) -> Iterator[None]:
        """Mark, in a block, that the call that starts the task is made and its reply read."""
        self._awaiting.add(task_key)
        try:
            yield
        finally:
            self._awaiting.discard(task_key)
