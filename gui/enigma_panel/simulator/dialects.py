"""What differs between the dialects of the service (api.md §9): E is Enigma, W1 and W2 are WebRun.

A dialect is a row of values; requests, responses and sessions ask for these, never for its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.simulator.settings import SESSION_MS

NUMBERS: Mapping[str, tuple[int, int, int]] = {
    "maxDuration": (SESSION_MS, 1000, SESSION_MS),
    "maxInputTokens": (100_000, 0, 100_000),
    "maxOutputTokens": (100_000, 0, 100_000),
}
"""The numbers among the fields of a task: what holds where none is given, the least, the most."""

_LIMITS = frozenset({*NUMBERS, "terminateOnCompletion"})
_OUTPUT = frozenset({"outputType", "outputSchema", "secrets", "files", "webhook"})
_AROUND = frozenset({"mode", "environmentId", "policyId", "proxy"})


class TaskForm(Struct, frozen=True, kw_only=True):
    """How one call holds its task: as the object ``nested``, or flat where that is empty.

    ``url`` are the names of the address to start at, ``around`` the fields beside the task, and
    ``missing`` is what a call without a task's text is refused with.
    """

    nested: str = ""
    url: tuple[str, ...] = ("startingUrl",)
    around: frozenset[str] = frozenset({"mode"})
    missing: str = "taskDetails is required"


class Dialect(Struct, frozen=True, kw_only=True):
    """One dialect.

    ``session``, ``run`` and ``message`` are the tasks of start-session, run-task and newTask;
    ``text`` is the name of a task's and an answer's text, ``fields`` are those of a task beside
    text and address. ``idle_seconds``: a session ends that was idle for so long, in service
    seconds, and maxDuration ends the task; None: maxDuration ends the session. ``flat``: a result
    stands beside the ids instead of in ``result``, and usage has the names of its tokens.
    ``running``, ``run_pending`` and ``message_pending`` say that a task goes on: to a poll and to
    the two long polls. ``not_found`` is the refusal of a poll. ``tells_files``: a result comes with
    its files.
    """

    session: TaskForm = TaskForm()
    run: TaskForm = TaskForm()
    message: TaskForm = TaskForm()
    text: str = "taskDetails"
    fields: frozenset[str] = _LIMITS | {"avoidDomains"}
    idle_seconds: float | None = None
    flat: bool = False
    running: Mapping[str, Any]
    run_pending: Mapping[str, Any]
    message_pending: Mapping[str, Any]
    not_found: str = "Session not found"
    tells_files: bool = False
    model: str = "enigma-browser-1"
    owner: str = "enigma"

    @property
    def caps_session(self) -> bool:
        """Whether maxDuration ends the whole session."""
        return self.idle_seconds is None


_BOTH = {"status": "pending", "pending": True}
_NESTED = TaskForm(nested="task", missing="Missing task.prompt", around=_AROUND | {"reachOutMode"})

E = Dialect(
    running={"status": "active", "pending": True},
    run_pending={"status": "pending"},
    message_pending={"pending": True},
)
W1 = Dialect(
    session=TaskForm(
        nested="initialTask",
        url=("startingPoint",),
        around=_AROUND,
        missing="initialTask.taskDetails is required",
    ),
    run=TaskForm(url=("startingUrl", "startingPoint"), around=_AROUND),
    message=TaskForm(url=("startingPoint",)),
    fields=_LIMITS | _OUTPUT | {"avoidDomains"},
    idle_seconds=300.0,
    flat=True,
    running=E.running,
    run_pending=_BOTH,
    message_pending=_BOTH,
    owner="webrun",
)
W2 = replace(
    W1,
    session=_NESTED,
    run=_NESTED,
    message=TaskForm(missing="prompt is required"),
    text="prompt",
    fields=_LIMITS | _OUTPUT,
    running={"status": "running"},
    run_pending={"status": "pending"},
    message_pending={"status": "pending"},
    not_found="Task not found",
    tells_files=True,
    model="webrun-browser-1",
)

DIALECTS: Mapping[str, Dialect] = {"E": E, "W1": W1, "W2": W2}


def _names(dialect: Dialect) -> frozenset[str]:
    forms = (dialect.session, dialect.run, dialect.message)
    own = {form.nested for form in forms} | {name for form in forms for name in form.url}
    return frozenset(own - {""}).union(
        {dialect.text}, dialect.fields, *(form.around for form in forms)
    )


_EVERY = frozenset[str]().union(*map(_names, DIALECTS.values()))


def misplaced(dialect: Dialect, form: TaskForm, body: Mapping[str, Any]) -> list[str]:
    """The fields of a call that mean something in another dialect or call, and nothing here.

    Fields that no dialect knows are let through, as the service does with what it does not know.
    """
    task = {dialect.text, *form.url, *dialect.fields}
    around = form.around | ({form.nested} if form.nested else task)
    inner = body.get(form.nested) if form.nested else None
    found = set(body) - around
    if isinstance(inner, dict):
        found |= set(inner) - task
    return sorted(found & _EVERY)
