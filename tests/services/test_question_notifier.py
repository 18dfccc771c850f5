"""Which questions have a notice of the desktop, and for how long."""

import time
from collections.abc import Callable, Hashable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.questions import QuestionKind, credentials_text
from enigma_panel.core.redaction import Redactor
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier
from enigma_panel.services.done_notifier import NOTICE
from enigma_panel.services.question_notifier import Asked, QuestionNotifier
from enigma_panel.ui.text.notification import asked_notice
from tests.conftest import Simulator
from tests.kit.builders import a_question, a_session
from tests.kit.clock import NOW, HandClock
from tests.kit.fakes import FakeInbox
from tests.kit.wait import until
from tests.services.conftest import Running

SECRET = "hunter2-hunter2"
GONE_S = 1.0


class Standing(DesktopNotifier):
    """Keeps what stands, by its key; shown: how often anything was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.notices: dict[Hashable, DesktopNotice] = {}
        self.shown = 0

    def show(self, key: Hashable, notice: DesktopNotice) -> None:
        self.notices[key] = notice
        self.shown += 1

    def withdraw(self, key: Hashable) -> None:
        del self.notices[key]


class Scene:
    """The notices of open questions."""

    def __init__(self, *before: Any) -> None:
        self.inbox = FakeInbox()
        self.inbox.ask(*before)
        self.sessions = {key: a_session(key, site="shop.example") for key in range(1, 10)}
        self.desk = Standing()
        self.redactor = Redactor(b"x" * 32)
        self.has_focus = False
        self.asked: list[Asked] = []
        self.opened: list[tuple[int, str]] = []
        self.notifier = QuestionNotifier(
            cast("Any", SimpleNamespace(session=self.sessions.get)),
            cast("Any", self.inbox),
            self.desk,
            make_notice=self._make_notice,
            redact=self.redactor.redact,
            has_focus=lambda: self.has_focus,
            clock=HandClock(),
        )
        self.notifier.opened.connect(lambda key, token: self.opened.append((key, token)))

    def _make_notice(self, asked: Asked, now_ms: int) -> DesktopNotice:
        assert now_ms == NOW
        self.asked.append(asked)
        return DesktopNotice(title=f"{asked.name} asks", body=asked.kind, action="Show", asks=True)

    @property
    def standing(self) -> set[Hashable]:
        return set(self.desk.notices)

    def focus(self, *, ours: bool) -> None:
        self.has_focus = ours
        self.notifier.follow_focus()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_each_question_has_its_own(scene: Scene) -> None:
    scene.inbox.ask(a_question(1, "I need login credentials"))
    scene.inbox.ask(a_question(2, "Shall I pay $49.99?"), a_question(3, "Which?"))
    assert scene.standing == {(1, 1), (2, 1), (3, 1)}
    assert scene.desk.shown == 3
    login = Asked(
        name="shop.example 1",
        kind=QuestionKind.CREDENTIALS,
        about_money=False,
        ends_ms=NOW + 230_000,
    )
    assert login in scene.asked
    assert {one.about_money for one in scene.asked} == {True, False}


def test_it_stands_until_its_question_is_settled(scene: Scene) -> None:
    """Whether it was answered, stopped, ended elsewhere or is gone: it is open no longer."""
    scene.inbox.ask(a_question(1, "Which?"), a_question(2, "Which?"))
    scene.inbox.close(1)
    assert scene.standing == {(2, 1)}
    scene.inbox.changed.emit()
    scene.focus(ours=False)  # from one stranger to another
    assert scene.standing == {(2, 1)}
    assert scene.desk.shown == 2
    scene.inbox.close(2)
    assert scene.standing == set()


def test_the_next_question_of_a_task_is_another_one(scene: Scene) -> None:
    first = a_question(1, "Which?")
    scene.inbox.ask(first)
    scene.inbox.open = [replace(first, question_n=2)]
    scene.inbox.changed.emit()
    assert scene.standing == {(1, 2)}


def test_nothing_is_told_to_somebody_who_looks(scene: Scene) -> None:
    scene.focus(ours=True)
    scene.inbox.ask(a_question(1, "Which?"))
    scene.focus(ours=False)  # nor later: it was there to be seen
    scene.inbox.changed.emit()
    assert scene.desk.shown == 0
    scene.inbox.ask(a_question(2, "Which?"))
    assert scene.standing == {(2, 1)}


def test_who_looks_needs_none_any_more(scene: Scene) -> None:
    scene.inbox.ask(a_question(1, "Which?"), a_question(2, "Which?"))
    scene.focus(ours=True)
    assert scene.standing == set()
    scene.focus(ours=False)
    scene.inbox.close(1)
    assert scene.desk.shown == 2


def test_what_was_asked_in_an_earlier_run_is_on_its_card() -> None:
    scene = Scene(a_question(1, "Which?"))
    scene.inbox.ask(a_question(2, "Which?"))
    assert scene.standing == {(2, 1)}


def test_a_click_opens_that_question(scene: Scene) -> None:
    scene.inbox.ask(a_question(1, "Which?"), a_question(2, "Which?"))
    scene.desk.clicked.emit((2, 1), "token")
    scene.focus(ours=True)  # the desktop may bring us to the front before it tells of the click
    scene.desk.clicked.emit((1, 1), "")
    scene.desk.clicked.emit(NOTICE, "")  # of what is done
    assert scene.opened == [(2, "token"), (1, "")]


def test_no_secret_is_told(scene: Scene) -> None:
    scene.redactor.add_secret(SECRET)
    scene.sessions[1] = a_session(1, label=f"with {SECRET}")
    scene.inbox.ask(a_question(1, f"Is {SECRET} your PIN?"))
    assert scene.desk.notices[1, 1].title == "with [redacted] asks"
    assert SECRET not in str(scene.desk.notices)


def test_a_session_that_nobody_knows_has_no_name(scene: Scene) -> None:
    scene.inbox.ask(a_question(77, "Which?"))
    assert [one.name for one in scene.asked] == [""]


@pytest.mark.parametrize("how", ["answered", "stopped", "terminated", "ended elsewhere"])
async def test_a_real_question_has_a_notice_until_its_end(
    simulator: Callable[..., Simulator], running: Running, how: str
) -> None:
    async with running(simulator("--speed", "10").url) as parts:
        services, desk = parts.services, Standing()
        notifier = QuestionNotifier(
            services.store,
            services.inbox,
            desk,
            make_notice=asked_notice,
            redact=parts.redact,
            has_focus=lambda: False,
            clock=services.clock,
        )
        key = await services.sessions.start(TaskSpec(text="Log in to bank.example"))
        await until(lambda: desk.notices)
        ((task_key, _), notice), *_ = desk.notices.items()
        assert task_key == key
        assert notice.title == "bank.example 1 asks for a login"
        assert 0 < notice.lasts_ms < 300_000
        left_at: list[float] = []
        services.inbox.changed.connect(lambda: left_at.append(time.monotonic()))
        session_key = services.sessions.task(key).session_key
        (question,) = services.inbox.questions()
        match how:
            case "answered":
                text = credentials_text("maria", SECRET)
                await services.inbox.answer(question, text, AnswerVerb.RESUME)
            case "stopped":
                await services.inbox.answer(question, "Stop.", AnswerVerb.STOP)
            case "terminated":
                await services.sessions.command([session_key], CommandVerb.TERMINATE)
            case _:
                gone = Observation(kind=Kind.SESSION_ENDED)
                await services.store.record(session_key, key, gone)
        await until(lambda: not desk.notices)
        assert time.monotonic() - left_at[-1] < GONE_S
        notifier.deleteLater()
