"""Records as tests need them: sessions, tasks, questions, steps."""

from decimal import Decimal
from typing import Any

from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.questions.kinds import guess_kind
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.services.types import OpenQuestion
from enigma_panel.store.ledger.intents import Step
from tests.kit.clock import NOW

BASE_URL = "https://connect.enigma.click"
ID = "secret-session-id"
LINK = "https://live.example/secret-page"
"""An id and an address of the service that no window may show."""
SECOND = 1_000


def new_session(**fields: Any) -> Session:
    facts: dict[str, Any] = {
        "base_url": BASE_URL,
        "key_fingerprint": "0123456789abcdef",
        "site": "shop.example",
        "since_ms": NOW,
        "created_ms": NOW,
    }
    return Session(**facts | fields)


def new_task(text: str = "Buy the cheapest USB-C hub", **fields: Any) -> Task:
    facts: dict[str, Any] = {
        "session_key": 0,
        "verb": TaskVerb.NEW_TASK,
        "spec": TaskSpec(text=text),
        "since_ms": NOW,
        "created_ms": NOW,
    }
    return Task(**facts | fields)


def a_session(key: int = 1, **fields: Any) -> Session:
    """An open session with five minutes to live."""
    facts: dict[str, Any] = {
        "site": "amazon.com",
        "number": key,
        "phase": Phase.OPEN,
        "opened_ms": NOW,
        "expires_ms": NOW + 300_000,
        "service_id": f"sess-{key}",
    }
    return new_session(key=key, **facts | fields)


def a_task(key: int = 1, *, cost: str | None = None, **fields: Any) -> Task:
    facts: dict[str, Any] = {
        "session_key": key,
        "status": TaskStatus.WORKING,
        "sent_ms": NOW,
        "service_id": f"task-{key}",
        "usage": Usage(cost=Decimal(cost) if cost else None),
    }
    return new_task(fields.pop("text", f"Task {key}"), key=key, **facts | fields)


def a_question(task_key: int, text: str, **fields: Any) -> OpenQuestion:
    facts: dict[str, Any] = {
        "session_key": task_key,
        "question_n": 1,
        "asked_ms": NOW - 5_000,
        "expires_ms": NOW + 230_000,
        "kind": guess_kind(text),
    }
    return OpenQuestion(task_key=task_key, text=text, **facts | fields)


def a_step(n: int, text: str = "", kind: str = "action", *, key: int = 0) -> Step:
    """The n-th step of task 1, a second after the one before."""
    return Step(key=key, task_key=1, at_ms=NOW + n * SECOND, kind=kind, text=text or f"step {n}")


def steps(start: int, end: int, *, keyed: bool = False) -> list[Step]:
    """A run of steps, as news, or as they come from the ledger."""
    return [a_step(n, key=n + 1 if keyed else 0) for n in range(start, end)]
