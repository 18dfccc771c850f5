"""Switch-offs of browsers that are opened with a text, on which the service works unnamed."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from enigma_panel.api.errors import FailureKind
from enigma_panel.api.wire.requests import Writer
from enigma_panel.services.live.event_router import EventRouter
from enigma_panel.services.queue import starter
from enigma_panel.services.queue.scheduler import Scheduler
from enigma_panel.services.queue.starter import Starter
from enigma_panel.services.retry_policy import TRIES

Patches = list[tuple[Any, Any, Any]]


def no_text() -> Patches:
    return [(starter, "wants_text", lambda *_: False)]


def text_without_intent() -> Patches:
    """The try with a text goes out at once, under the intent of the one that was refused."""
    real = Starter._send_open

    async def send_open(self: Any, intent: Any, task: Any, client: Any, attempt: Any) -> Any:
        refusal = await real(self, intent, task, client, attempt)
        if refusal is not None and refusal.failure is FailureKind.TEXT:
            await client.start_session(task.spec, "Open a blank page.")
        return refusal

    return [(Starter, "_send_open", send_open)]


def text_is_forgotten() -> Patches:
    """That an address wants a text is found out with each task."""
    real = Starter._opening_text

    def opening_text(self: Any, session: Any, task: Any) -> Any:
        return real(self, session, task) if task.key in self._lacked_text else ""

    return [(Starter, "_opening_text", opening_text)]


def _as_before(name: str) -> Patches:
    """What is told so is taken for the task's own, as in a browser without a text."""
    real = getattr(EventRouter, name)

    async def take(self: Any, session: Any, told: Any) -> None:
        await real(self, replace(session, base_url="https://wants-no-text.example"), told)

    return [(EventRouter, name, take)]


def busy_is_refused() -> Patches:
    """A browser that works on its text has refused its task after three tries."""

    real = Scheduler._waits_there

    def waits_there(self: Any, session: Any, key: int, failure: FailureKind) -> bool:
        _, tries = self._tries.get(key, (failure, 0))
        is_last = failure is FailureKind.BUSY and tries >= TRIES - 1
        return not is_last and real(self, session, key, failure)

    return [(Scheduler, "_waits_there", waits_there)]


def start_without_address() -> Patches:
    """The browser begins on a blank page."""
    real = Writer.start_session

    def start_session(self: Any, spec: Any, text: str = "") -> bytes:
        return real(self, replace(spec, starting_url=None), text)

    return [(Writer, "start_session", start_session)]


def task_without_address() -> Patches:
    real = Writer.new_task

    def new_task(self: Any, session_id: str, spec: Any) -> bytes:
        return real(self, session_id, replace(spec, starting_url=None))

    return [(Writer, "new_task", new_task)]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "no try with a text": no_text,
    "try with a text has no intent": text_without_intent,
    "text forgotten": text_is_forgotten,
    "result of the text taken": lambda: _as_before("_take_name"),
    "question of the text taken": lambda: _as_before("_take_question"),
    "step of the text taken": lambda: _as_before("_take_step"),
    "busy with its text taken as refused": busy_is_refused,
    "start without its address": start_without_address,
    "task without its address": task_without_address,
}
