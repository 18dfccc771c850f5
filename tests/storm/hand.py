"""A random hand: uses the program's window without a pause, by the accessibility bus alone."""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import dropwhile, islice

from tests.app.accessibility.bus import BusError, Node, Role, until
from tests.app.accessibility.listener import Listener, showing

QUESTION = "Question from the agent"
TEXTS = (
    "Log in to shop.example and read order {n}",
    "Buy lamp {n} at lamps.example",
    "Choose lamp {n} at lamps.example",
    "Book a flight {n} at skyfare.example",
    "Pass the captcha {n} at museum.example",
    "Search for lamp {n} at lamps.example",
    "Research typewriter {n} at museum.example",
    "Price {n} at saturn.example, which is unreachable",
)
CHOICES = (*["Send answer"] * 8, "Stop task", "Later", "Next question")
AT_WORK = ("Starting", "Running", "Needs you", "Pause", "Resume", "Idle")
START = "Start|Run after this one"
TOO_LATE = "This session takes no more tasks. Choose another one."
VERBS = ("Pause", "Resume", "Stop", "Terminate", "Undo")
STILL_S = 0.6
PRESSES = 3
"""The question's buttons act when it has stood still for a moment, a second where it is about
money: pressed so often, at such intervals, one of the presses counts."""


@dataclass
class Typed:
    """What was typed in all lives of a run; no text twice.

    tasks: those whose dialog closed after Start. answers: by the task's text, what was sent or was
    about to be.
    """

    tasks: list[str] = field(default_factory=list)
    answers: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class Hand:
    """Of one life of the program. What is not possible just now is left."""

    def __init__(self, person: Listener, rng: random.Random, typed: Typed) -> None:
        self._person = person
        self._rng = rng
        self._typed = typed
        self._main = person.main()

    # Looked for once in a life: a walk through the whole window takes half a second.

    @cached_property
    def _tools(self) -> Node:
        return self._person.find(self._main, Role.PANEL, "Top bar")

    @cached_property
    def _details(self) -> Node:
        return self._person.find(self._main, Role.PANEL, "Details")

    @cached_property
    def _sessions(self) -> Node:
        return self._person.table("Sessions")

    def _rows(self) -> list[list[str]]:
        """The rows of Sessions; none on the page that is shown before the first task."""
        is_found = "_sessions" in vars(self)
        if is_found or self._person.find_now(self._main, Role.TABLE, "Sessions") is not None:
            return self._sessions.rows()
        return []

    def act(self) -> None:
        """Do one thing. DBusErrorResponse: it went meanwhile, or the program did."""
        if self._person.dialog_now(QUESTION) is not None and self._rng.random() < 0.85:
            self.answer()
        else:
            self._rng.choice((self._start, self._start, self._use_a_session, self.go_on))()

    def answer(self) -> None:
        """Answer the question that is shown, or stop its task, or leave it for later."""
        dialog = self._person.dialog_now(QUESTION)
        if dialog is None:
            return
        what = self._rng.choice(CHOICES)
        if what == "Send answer":
            before, text = self._asker(dialog), self._fill(dialog)
            for asker in {before, self._asker(dialog)}:  # another question may have come
                self._typed.answers[asker].add(text)
        self._press_when_still(dialog, what)

    def go_on(self) -> bool:
        """Press *Go on*, or *Answer* for the question left for later; whether one was there."""
        return self._person.press_now(self._tools, "Go on|Answer")

    def terminate_one(self) -> bool:
        """Terminate one of the sessions that are said to be open; whether there was one."""
        rows = self._rows_at_work()
        self._press_for_one_of(rows, "Terminate")
        return bool(rows)

    def shows_work(self) -> bool:
        """Whether some session is said to be open."""
        return bool(self._rows_at_work())

    # -- inside ------------------------------------------------------------------------------

    def _start(self) -> None:
        person = self._person
        person.press(self._tools, "New task")
        dialog = person.dialog("New task")
        text = self._rng.choice(TEXTS).format(n=self._number())
        self._rng.choice((self._choose_where, self._choose_one_call, lambda _: None))(dialog)
        person.find(dialog, Role.TEXT, "Task").write(text)
        until("Start can be pressed", lambda: person.press_now(dialog, START))
        until("it is started", lambda: not dialog.is_showing() or _is_refused(dialog))
        if dialog.is_showing():
            person.press(dialog, "Cancel")
        else:
            self._typed.tasks.append(text)

    def _choose_where(self, dialog: Node) -> None:
        """A session of its own that stays open, or one that is open already."""
        box = self._person.find(dialog, Role.COMBO_BOX, "Run in")
        box.act("ShowMenu")
        choices = self._person.find_now(box, Role.LIST, "")
        if choices is not None:  # a question that came closes the list
            with suppress(BusError):  # it has just gone
                choices.select_child(self._rng.choice(choices.children()).name)

    def _choose_one_call(self, dialog: Node) -> None:
        if self._person.find_now(dialog, Role.TEXT, "Time limit") is None:
            self._person.press(dialog, "Limits and options")
            self._person.find(dialog, Role.TEXT, "Time limit")
        self._person.press_now(dialog, "One call.*")

    def _use_a_session(self) -> None:
        rows = range(len(self._rows()))
        self._press_for_one_of(rows, self._rng.choice(VERBS))

    def _rows_at_work(self) -> list[int]:
        return [n for n, cells in enumerate(self._rows()) if cells[0].startswith(AT_WORK)]

    def _press_for_one_of(self, rows: Sequence[int], verb: str) -> None:
        if rows:
            with suppress(BusError):  # it has just gone
                self._sessions.select_row(self._rng.choice(rows))
                self._person.press_now(self._details, verb)

    def _fill(self, dialog: Node) -> str:
        """Give an answer of the kind that is asked for; returns what the agent shall read."""
        number = self._number()
        password = f"{self._rng.choice(('wrong', 'horse', 'horse'))}-{number}"
        if self._write(dialog, Role.PASSWORD, "Password", password):
            self._write(dialog, Role.TEXT, "Username", "maria")
            return f"Username: maria, Password: {password}"
        forms = (
            (Role.PASSWORD, "Answer", str(number)),
            (Role.TEXT, "Code", str(number)),
            (Role.TEXT, "Other answer", f"Option {self._rng.randrange(1, 4)}, {number}"),
            (Role.TEXT, "Answer", f"Option {self._rng.randrange(1, 4)}, {number}"),
        )
        # What approves a purchase is the same for all: each answer here is another one.
        return next((form[-1] for form in forms if self._write(dialog, *form)), "")

    def _write(self, dialog: Node, role: Role, name: str, text: str) -> bool:
        entry = self._person.find_now(dialog, role, name)
        if entry is not None:
            entry.write(text)
        return entry is not None

    def _asker(self, dialog: Node) -> str:
        """The text of the task that asks, as it stands there behind the time that is left."""
        labels = [node.name for node in showing(dialog) if node.role == Role.LABEL]
        behind = dropwhile(lambda name: not name.endswith((" left", "time is up")), labels)
        return next(islice(behind, 1, None), "")

    def _press_when_still(self, dialog: Node, name: str) -> None:
        for _ in range(PRESSES):
            time.sleep(STILL_S)
            if not dialog.is_showing() or not self._person.press_now(dialog, name):
                return

    def _number(self) -> int:
        return self._rng.randrange(10**8, 10**9)


def _is_refused(dialog: Node) -> bool:
    """The session that was chosen has ended meanwhile."""
    return any(node.name == TOO_LATE for node in showing(dialog))
