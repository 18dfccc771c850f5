"""A process of its own that does everything that is written, on a disk that may refuse.

It serves: each line of its standard input is "<folder> <call> <padding>". A child is forked that
makes so many idle calls of that name (a tracer that counts them then hits the one it is after),
does all work in the folder, and ends; "status <n>" is said after it. Each line that a child says
was durable before. What is refused is said ("failed <step> <error>") and tried again, as the
program does. Lines go out by writev, which nothing else here uses: faults of write never hit them.
"""

import contextlib
import gc
import os
import sys
import traceback
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.verbs import AnswerVerb, CommandVerb, TaskVerb
from enigma_panel.store import settings
from enigma_panel.store.ledger.backup import make_copy, use_copy
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import IntentKind, Outcome, Step
from enigma_panel.store.ledger.ledger import Ledger

T = TypeVar("T")
NOW = 1_750_000_000_000
TRIES = 12
NO_FILE = 4_711


def say(*words: object) -> None:
    os.writev(1, [(" ".join(map(str, words)) + "\n").encode()])


def tried(step: str, call: Callable[[], T]) -> T:
    """What `call` gives once it is not refused any more."""
    for _ in range(TRIES):
        try:
            return call()
        except (LedgerError, settings.SettingsError) as error:
            say("failed", step, type(error).__name__)
    raise SystemExit(f"{step} was refused {TRIES} times")


class Work:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "data" / "ledger.sqlite3"
        self.settings = folder / "config" / "settings.json"

    def run(self) -> None:
        self.ledger = self.opened("opened")
        self.old()
        session, task = self.line()
        session, task = self.start(session, task)
        session, task = self.new_task(session)
        task = self.answer(session, task)
        self.save_settings(7)
        self.terminate(replace(session, site="my shop"))
        self.delete(self.ended())
        tried("copy", lambda: make_copy(self.path, NOW))
        say("copied")
        self.ledger.close()
        say("closed")
        tried("use", lambda: use_copy(self.path))
        say("used")
        self.opened("again").close()
        say("end")

    def opened(self, word: str) -> Ledger:
        ledger, problem = tried(word, lambda: Ledger.open(self.path))
        say(word, problem.kind if problem else "well")
        return ledger

    def old(self) -> None:
        (intent,) = self.ledger.unsettled()
        gone = replace(intent.session, phase=Phase.UNCONFIRMED)
        tried("old", lambda: self.ledger.settle(intent.key, Outcome.UNKNOWN, NOW, gone))
        say("settled", intent.key, "unknown", "phase", gone.key, "unconfirmed")

    def line(self) -> tuple[Session, Task]:
        session = Session(
            base_url="http://127.0.0.1:1",
            key_fingerprint="0" * 16,
            site="line.example",
            phase=Phase.PLANNED,
            since_ms=NOW,
            created_ms=NOW,
        )
        task = a_task("wait in line " * 400, TaskStatus.QUEUED)
        ((session, task),) = tried("plan", lambda: self.ledger.plan([(session, task)]))
        say("planned", session.key, task.key)
        return session, task

    def start(self, session: Session, task: Task) -> tuple[Session, Task]:
        session = replace(session, phase=Phase.STARTING)
        call = lambda: self.ledger.open_intent(IntentKind.START_SESSION, session, task, NOW)  # noqa: E731
        intent = tried("start", call)
        say("intent", intent.key, "start_session", intent.session.key)
        known = replace(intent.session, phase=Phase.OPEN, service_id=f"sess_{intent.key}")
        step = Step(task_key=task.key, at_ms=NOW, kind="opened", text="")
        tried(
            "known", lambda: self.ledger.settle(intent.key, Outcome.KNOWN, NOW, known, steps=[step])
        )
        say("settled", intent.key, "known", "id", known.key, known.service_id)
        return known, task

    def new_task(self, session: Session) -> tuple[Session, Task]:
        asked = a_task("log in", TaskStatus.STARTING)
        intent = tried(
            "task", lambda: self.ledger.open_intent(IntentKind.NEW_TASK, session, asked, NOW)
        )
        assert intent.task is not None
        say("intent", intent.key, "new_task", intent.session.key)
        asks = replace(intent.task, status=TaskStatus.ASKS, question="Which?", question_n=1)
        tried("asks", lambda: self.ledger.settle(intent.key, Outcome.KNOWN, NOW, asks))
        say("settled", intent.key, "known", "question", asks.key, "1")
        return intent.session, asks

    def answer(self, session: Session, task: Task) -> Task:
        call = lambda: self.ledger.open_intent(  # noqa: E731
            IntentKind.ANSWER, session, task, NOW, verb=AnswerVerb.RESUME
        )
        intent = tried("answer", call)
        say("intent", intent.key, "answer", session.key)
        answered = replace(task, status=TaskStatus.WORKING, answered_ms=NOW)
        tried("sent", lambda: self.ledger.settle(intent.key, Outcome.KNOWN, NOW, answered))
        say("settled", intent.key, "known", "answered", answered.key, NOW)
        return answered

    def terminate(self, session: Session) -> None:
        tried("name", lambda: self.ledger.save(session))
        say("named", session.key, session.site)
        call = lambda: self.ledger.open_intent(  # noqa: E731
            IntentKind.STATE, session, None, NOW, verb=CommandVerb.TERMINATE
        )
        say("intent", tried("terminate", call).key, "state", session.key)

    def ended(self) -> int:
        session = Session(
            base_url="http://127.0.0.1:1",
            key_fingerprint="0" * 16,
            site="gone.example",
            since_ms=NOW,
            created_ms=NOW,
        )
        task = a_task("delete me " * 900, TaskStatus.STARTING)
        call = lambda: self.ledger.open_intent(IntentKind.RUN_TASK, session, task, NOW)  # noqa: E731
        intent = tried("run", call)
        assert intent.task is not None
        closed = replace(intent.session, phase=Phase.CLOSED, ended_ms=NOW)
        done = replace(
            intent.task, status=TaskStatus.DONE, ended_ms=NOW, usage=Usage(cost=Decimal("0.25"))
        )
        tried("ended", lambda: self.ledger.settle(intent.key, Outcome.KNOWN, NOW, closed, done))
        say("ended", done.key)
        return done.key

    def delete(self, key: int) -> None:
        later = NOW + 3_600_000
        tried("delete", lambda: self.ledger.delete([key], later, later))
        say("deleted", key)
        tried("truncate", self.ledger.truncate_wal)

    def save_settings(self, places: int) -> None:
        changed = msgspec.structs.replace(settings.load(self.settings)[0], browsers_at_once=places)
        tried("settings", lambda: settings.save(self.settings, changed))
        say("settings", places)


def a_task(text: str, status: TaskStatus) -> Task:
    return Task(
        session_key=0,
        verb=TaskVerb.NEW_TASK,
        spec=TaskSpec(text=text),
        status=status,
        since_ms=NOW,
        created_ms=NOW,
    )


IDLE: dict[str, Callable[[], object]] = {
    "write": lambda: os.write(NO_FILE, b""),
    "pwrite64": lambda: os.pwrite(NO_FILE, b"", 0),
    "fsync": lambda: os.fsync(NO_FILE),
    "fdatasync": lambda: os.fdatasync(NO_FILE),
    "ftruncate": lambda: os.ftruncate(NO_FILE, 0),
    "rename": lambda: os.rename("", ""),  # noqa: PTH104 - the bare call
    "unlink": lambda: os.unlink(""),  # noqa: PTH108 - the bare call
    "mkdir": lambda: os.mkdir(""),  # noqa: PTH102 - the bare call
    "sendfile": lambda: os.sendfile(NO_FILE, NO_FILE, 0, 1),
}
"""Calls that fail, do nothing and are counted."""


def child(folder: str, call: str, padding: int) -> None:
    for _ in range(padding):
        with contextlib.suppress(OSError):
            IDLE[call]()
    try:
        Work(Path(folder)).run()
    except SystemExit as stop:
        say("stopped:", stop)
        os._exit(3)
    except Exception:  # noqa: BLE001 - whatever it is, it is told
        os.writev(2, [traceback.format_exc().encode()])
        os._exit(1)
    os._exit(0)


def serve() -> None:
    gc.freeze()  # a collection in a child would copy every page of its parent
    gc.disable()
    while line := sys.stdin.readline():
        folder, call, padding = line.split()
        pid = os.fork()
        if pid == 0:
            child(folder, call, int(padding))
        say("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


if __name__ == "__main__":
    serve()
