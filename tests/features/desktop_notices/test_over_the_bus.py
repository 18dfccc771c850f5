"""The program as it is shipped raises a desktop notice for a question, and its click opens it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("jeepney", reason="the desktop's bus is on Linux")

from tests.app.accessibility.bus import Bus, Role, until
from tests.app.accessibility.listener import Listener
from tests.app.accessibility.stage import ON_THE_BUS, Stage
from tests.conftest import Simulator
from tests.desktop.notice_desk import Lines

KEY = "enig_notice_1"
LOGIN = "Log in to bank.example and read the balance"
SPEED = "1.5"
"""So slow that the other window has the focus before the agent asks."""
LIMIT_S = 120.0
NOTICES, OTHER = "tests.desktop.child_notices", "tests.app.accessibility.child_window"

pytestmark = ON_THE_BUS


def test_a_click_on_the_notice_opens_the_question(
    simulator: Callable[..., Simulator], tmp_path: Path
) -> None:
    service = simulator("--speed", SPEED, "--question-in-hold", "early", keys=(KEY,))
    with Stage() as stage, Bus(stage.session_bus) as bus:
        desk = stage.start_child(NOTICES)
        assert desk.stdin is not None
        lines = Lines(desk)
        assert lines.next(LIMIT_S) == "ready"
        stage.start_program(service.url, tmp_path, KEY)
        person = Listener(bus)
        person.press(person.main(), "New task")
        dialog = person.dialog("New task")
        person.find(dialog, Role.TEXT, "Task").write(LOGIN)
        person.press(dialog, "Start")
        stage.start_child(OTHER, str(tmp_path / "never"))  # and has the focus from then on
        word, _, told = lines.next(LIMIT_S).partition(" ")
        assert word == "notify"
        notice = json.loads(told)
        assert notice["title"] == "bank.example 1 asks for a login"
        assert notice["hints"]["category"] == ["s", "x-enigma.question.asked"]
        print(f"click {notice['notice']}", file=desk.stdin, flush=True)
        assert lines.next(LIMIT_S) == "did click"
        assert lines.next(LIMIT_S) == f"close {notice['notice']}"
        person.hear_window("Question from the agent")
        until("it is there", lambda: person.dialog_now("Question from the agent"))
