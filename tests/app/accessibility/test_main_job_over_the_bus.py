"""The main job by means of the accessibility bus alone: nothing is typed, clicked or seen."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("jeepney", reason="the accessibility bus is on Linux")

from tests.app.accessibility.bus import Bus, Node, Role, until
from tests.app.accessibility.listener import Listener
from tests.app.accessibility.stage import ON_THE_BUS, Stage
from tests.conftest import Simulator

KEY = "enig_accessibility_1"
PASSWORD = "horse-battery-staple-7"
OTHER = "Research the history of the accordion"
LOGIN = "Log in to bank.example and read the balance"
STATE, SESSION = 0, 1
STATUS, RESULT, COST = 0, 2, 3
SPEED = "1.5"
"""So slow that there is time for Pause before the agent asks."""

pytestmark = [*ON_THE_BUS, pytest.mark.weekly]


def test_the_main_job(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    service = simulator("--speed", SPEED, "--question-in-hold", "early", keys=(KEY,))
    with Stage() as stage, Bus(stage.session_bus) as bus:
        stage.start_program(service.url, tmp_path)
        person = Listener(bus)
        with _told_on_failure(person, stage):
            _enter_key(person)
            _start_task(person, OTHER, "New session, closed after the task")
            _start_task(person, LOGIN, "New session, kept open")
            _pause_and_resume(person)
            _answer(person)
            _read_result(person)
            _terminate(person)
            person.listen()
            _no_secret_was_said(person, bus, tmp_path)
            _was_told_unasked(person, bus)
        assert stage.leave() == (0, "")


def _enter_key(person: Listener) -> None:
    dialog = person.dialog("API key")
    assert person.nameless(dialog) == []
    _hear(dialog, "kept only in memory until you quit")
    person.find(dialog, Role.PASSWORD, "API key").write(KEY)
    _is_unreadable(person.find(dialog, Role.PASSWORD, "API key"), KEY)
    person.press(dialog, "Save")
    _hear(dialog, "The service accepted this key.")
    person.listen()
    person.press(dialog, "Close")
    person.gone(dialog)


def _start_task(person: Listener, text: str, where: str) -> None:
    person.press(person.main(), "New task")
    dialog = person.dialog("New task")
    if text == OTHER:
        person.press(dialog, "Limits and options")
        person.find(dialog, Role.TEXT, "Time limit")
        assert person.nameless(dialog) == []
        assert person.nameless(person.main()) == []
    else:
        person.choose(dialog, "Run in", where)
    person.find(dialog, Role.TEXT, "Task").write(text)
    person.press(dialog, "Start")
    person.gone(dialog)


def _pause_and_resume(person: Listener) -> None:
    main, sessions = person.main(), person.table("Sessions")
    person.row(sessions, LOGIN, _says(STATE, "Starting", "Running"))
    person.select(sessions, LOGIN)
    person.press(main, "Pause")
    person.row(sessions, LOGIN, _says(STATE, "Pause"))
    person.row(sessions, OTHER, _says(STATE, "Starting", "Running"))
    person.press(main, "Resume")
    person.row(sessions, LOGIN, _says(STATE, "Running", "Starting"))


def _answer(person: Listener) -> None:
    dialog = person.dialog("Question from the agent")
    assert person.find(dialog, Role.TEXT, "Question from the agent").text == (
        "“I need login credentials to proceed”"
    )
    assert person.nameless(dialog) == []
    person.row(person.table("Sessions"), LOGIN, _says(STATE, "Needs you"))
    person.find(dialog, Role.TEXT, "Username").write("maria")
    field = person.find(dialog, Role.PASSWORD, "Password")
    field.write(PASSWORD)
    _is_unreadable(field, PASSWORD)
    person.listen()
    person.press_until_gone(dialog, "Send answer")


def _read_result(person: Listener) -> None:
    tasks = person.table("Tasks")
    cells = person.row(tasks, LOGIN, _says(STATUS, "Done"))
    assert "bank.example" in cells[RESULT]
    cells = person.row(tasks, LOGIN, _says(COST, "$"))
    assert re.fullmatch(r"\$\d+\.\d{2,}", cells[COST])
    person.select(tasks, LOGIN)
    person.row(tasks, LOGIN, lambda cells: cells[STATUS] == "Done")
    result = person.find(person.main(), Role.TEXT, "Result")
    assert result.text.startswith(cells[RESULT].removesuffix("…"))
    assert person.nameless(person.main()) == []
    person.listen()


def _terminate(person: Listener) -> None:
    sessions = person.table("Sessions")
    person.row(sessions, LOGIN, _says(STATE, "Idle"))
    person.select(sessions, LOGIN)
    person.press(person.main(), "Terminate")
    person.row(sessions, LOGIN, _says(STATE, "Closed", "Ended by you"))
    person.row(sessions, OTHER, _says(STATE, "Starting", "Running"))


def _no_secret_was_said(person: Listener, bus: Bus, data: Path) -> None:
    """Neither by any object nor in any event.

    Of the events, only those that tell more than a text that was just written: Qt reports what is
    put into a field or taken out of it in clear text, also where it is masked.
    """
    (ledger,) = data.rglob("ledger.sqlite3")
    with closing(sqlite3.connect(ledger)) as opened:
        ids = [found for (found,) in opened.execute("SELECT service_id FROM sessions")]
    assert len(ids) == 2
    assert all(ids)
    leaks = [words for words in person.said for secret in (*ids, KEY, PASSWORD) if secret in words]
    assert leaks == []
    assert [words for words in bus.heard for secret in ids if secret in words] == []


def _was_told_unasked(person: Listener, bus: Bus) -> None:
    def times(words: str) -> int:
        person.main()  # what was announced comes in with the replies
        return [text for _, text in bus.announced].count(words)

    for words in ("bank.example 1 asks for a login", "Done: bank.example 1"):
        until(f"“{words}” is announced", partial(times, words))
        assert times(words) == 1


# -- small parts -------------------------------------------------------------------------------


def _hear(inside: Node, words: str) -> None:
    def says(node: Node) -> bool:
        return node.role == Role.LABEL and words in node.name and node.is_showing()

    until(f"“{words}” is said", lambda: any(says(node) for _, node in inside.walk()))


def _is_unreadable(field: Node, secret: str) -> None:
    assert len(set(field.text)) <= 1, "one mark for each character; Qt 6.8 tells nothing at all"
    assert secret not in field.said()


def _says(column: int, *beginnings: str) -> Callable[[list[str]], bool]:
    return lambda cells: cells[column].startswith(beginnings)


@contextmanager
def _told_on_failure(person: Listener, stage: Stage) -> Iterator[None]:
    """What could be read at the end, without what nobody should read."""
    try:
        yield
    except BaseException:
        told = f"{person.tree()}\n{stage.errors()}"
        for secret in (KEY, PASSWORD):
            told = told.replace(secret, "(secret)")
        print(told)
        raise
