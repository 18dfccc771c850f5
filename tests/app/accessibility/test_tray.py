"""The program as it is shipped has an icon in a desktop's tray, which leads to an open question."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jeepney", reason="the desktop's bus is on Linux")

from tests.app.accessibility.bus import Bus, Role, until
from tests.app.accessibility.listener import Listener
from tests.app.accessibility.stage import ON_THE_BUS, Stage
from tests.conftest import Simulator
from tests.desktop.notice_desk import Lines

KEY = "enig_tray_1"
LOGIN = "Log in to bank.example and read the balance"
LIMIT_S = 120.0
ENTRIES = [
    "Open questions",
    "Running sessions",
    "New task",
    "Quiet for 30 minutes",
    "Show window",
    "Quit",
]

pytestmark = ON_THE_BUS


def test_its_icon_says_what_happens_and_leads_to_the_question(
    simulator: Callable[..., Simulator], tmp_path: Path
) -> None:
    service = simulator("--speed", "3", "--question-in-hold", "early", keys=(KEY,))
    with Stage() as stage, Bus(stage.session_bus) as bus:
        desktop = stage.start_child("tests.app.accessibility.child_tray")
        lines = Lines(desktop)

        def ask(command: str) -> Any:
            assert desktop.stdin is not None
            print(command, file=desktop.stdin, flush=True)
            return json.loads(lines.next(LIMIT_S))

        assert lines.next(LIMIT_S) == "ready"
        stage.start_program(service.url, tmp_path, KEY)
        assert lines.next(LIMIT_S) == "item"
        until("nothing is running", lambda: "nothing is running" in ask("tip"))
        assert [text for text in ask("menu") if text] == ENTRIES
        person = Listener(bus)
        person.press(person.main(), "New task")
        dialog = person.dialog("New task")
        person.find(dialog, Role.TEXT, "Task").write(LOGIN)
        person.press(dialog, "Start")
        until("it asks", lambda: "1 session needs you" in ask("tip"))
        person.press(person.dialog("Question from the agent"), "Later")
        (entry,) = ask("menu")["Open questions"]
        assert entry.startswith("bank.example 1 – Login – ")
        assert desktop.stdin is not None
        print(f"click {entry}", file=desktop.stdin, flush=True)
        assert lines.next(LIMIT_S) == "done"
        until("it is there", lambda: person.dialog_now("Question from the agent"))
        assert stage.errors() == ""
