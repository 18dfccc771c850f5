"""Which questions have a notice of the desktop, and for how long."""

from collections.abc import Hashable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.features.desktop_notices import done_notifier
from enigma_panel.features.desktop_notices.question_notifier import (
    NOTICE,
    Asked,
    AskedNews,
    QuestionNotifier,
)
from enigma_panel.features.desktop_notices.settings import NoticeSettings
from enigma_panel.features.desktop_notices.text import asked_notice
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier
from enigma_panel.services.questions.urgency import Urgency
from tests.kit.builders import a_question, a_session
from tests.kit.clock import NOW
from tests.kit.world import World

SECRET = "hunter2-hunter2"


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
    """The notices of open questions; time moves when the test says so."""

    def __init__(self, *before: Any) -> None:
        self.world = World(StillScope())
        self.inbox = self.world.inbox
        self.clock = self.world.clock
        self.settings = self.world.settings
        self.urgency = self.world.urgency
        self.inbox.ask(*before)
        self.sessions = {key: a_session(key, site="shop.example") for key in range(1, 10)}
        self.desk = Standing()
        self.redactor = Redactor()
        self.has_focus = False
        self.news: list[AskedNews] = []
        self.opened: list[tuple[int | None, str]] = []
        self.notifier = QuestionNotifier(
            cast("Any", SimpleNamespace(session=self.sessions.get)),
            cast("Any", self.inbox),
            self.urgency,
            self.desk,
            settings=cast("Any", self.settings),
            make_notice=self._make_notice,
            redact=self.redactor.redact,
            has_focus=lambda: self.has_focus,
            clock=self.clock,
        )
        self.notifier.opened.connect(self._note_opened)

    def _note_opened(self, key: int | None, token: str) -> None:
        self.opened.append((key, token))

    def _make_notice(self, news: AskedNews, now_ms: int) -> DesktopNotice:
        assert now_ms == self.clock.now
        self.news.append(news)
        return asked_notice(news, now_ms)

    @property
    def titles(self) -> list[str]:
        return [notice.title for notice in self.desk.notices.values()]

    def ask(self, key: int, text: str = "Which?", *, life_s: int = 230) -> None:
        """The agent of that task asks, who has so long."""
        now = self.clock.now
        self.inbox.ask(replace(a_question(key, text), asked_ms=now, expires_ms=now + life_s * 1000))

    def pass_s(self, seconds: float) -> None:
        self.clock.pass_ms(round(seconds * 1000))
        self.urgency.changed.emit()

    def focus(self, *, ours: bool) -> None:
        self.has_focus = ours
        self.notifier.follow_focus()


class StillScope:
    """Runs nothing: time alone changes nothing here."""

    def spawn(self, _name: str, coro: Any, *, exclusive: bool = False) -> None:
        del exclusive
        coro.close()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_one_question_is_named_and_several_are_counted(scene: Scene) -> None:
    scene.ask(1, "I need login credentials", life_s=220)
    assert scene.titles == ["shop.example 1 asks for a login"]
    login = Asked(
        name="shop.example 1",
        kind=QuestionKind.CREDENTIALS,
        about_money=False,
        ends_ms=NOW + 220_000,
    )
    assert scene.news[0].questions == (login,)
    scene.pass_s(60)
    for number in range(2, 9):
        scene.ask(number, "Shall I pay $49.99?", life_s=240 - number)
    assert scene.titles == ["8 sessions need you"]
    (notice,) = scene.desk.notices.values()
    assert notice.body.startswith("shop.example 1 asks for a login. 2:40 left")
    scene.inbox.close(1)
    (notice,) = scene.desk.notices.values()
    assert notice.body.startswith("shop.example 8 asks about a purchase. 3:52 left")
    scene.desk.clicked.emit(NOTICE, "token")
    assert scene.opened == [(8, "token")]


def test_a_sound_comes_with_what_is_new(scene: Scene) -> None:
    scene.ask(1)
    scene.ask(2)
    scene.inbox.close(1)
    scene.ask(3)
    assert [news.is_heard for news in scene.news] == [True, True, False, True]


def test_each_last_minute_is_urgent_and_heard_once(scene: Scene) -> None:
    scene.ask(1)
    scene.pass_s(5)
    scene.ask(2)
    scene.pass_s(164)
    assert len(scene.news) == 2
    scene.pass_s(1)
    (notice,) = scene.desk.notices.values()
    assert (notice.title, notice.is_urgent) == ("2 sessions need you", True)
    assert notice.body.startswith("Last minute: shop.example 1 has a question. 1:00 left")
    assert notice.is_heard
    scene.pass_s(5)
    assert scene.news[-1].is_heard
    scene.pass_s(1)
    assert len(scene.news) == 4
    scene.inbox.close(1)
    assert scene.titles == ["Last minute: shop.example 2 has a question"]
    assert not scene.news[-1].is_heard


def test_what_is_learnt_in_its_last_minute_has_one_notice(scene: Scene) -> None:
    scene.ask(1, life_s=45)
    scene.pass_s(20)
    assert [(news.is_urgent, news.is_heard) for news in scene.news] == [(True, True)]


def test_it_stands_until_its_question_is_settled(scene: Scene) -> None:
    """Whether it was answered, stopped, ended elsewhere or is gone: it is open no longer."""
    scene.ask(1)
    scene.ask(2)
    scene.inbox.close(1)
    assert scene.titles == ["shop.example 2 has a question"]
    shown = scene.desk.shown
    scene.inbox.changed.emit()
    scene.focus(ours=False)  # from one stranger to another
    assert scene.desk.shown == shown
    scene.inbox.close(2)
    assert scene.titles == []


def test_the_next_question_of_a_task_is_another_one(scene: Scene) -> None:
    scene.ask(1)
    scene.pass_s(20)
    scene.inbox.open = [replace(scene.inbox.open[0], question_n=2)]
    scene.inbox.changed.emit()
    assert [news.is_heard for news in scene.news] == [True, True]


def test_who_looks_is_told_of_no_question_before_its_last_minute(scene: Scene) -> None:
    scene.focus(ours=True)
    scene.ask(1)
    scene.focus(ours=False)  # nor later: it was there to be seen
    scene.pass_s(169)
    assert scene.desk.shown == 0
    scene.pass_s(1)
    assert scene.news[-1].is_urgent
    scene.focus(ours=True)
    assert scene.titles == []
    scene.focus(ours=False)
    assert scene.desk.shown == 1


def test_a_question_of_an_earlier_run_is_told_once_and_for_its_last_minute() -> None:
    old = replace(a_question(1, "Which?"), asked_ms=NOW - 121_000, expires_ms=NOW + 100_000)
    scene = Scene(old)
    assert scene.titles == ["shop.example 1 has a question"]
    scene.pass_s(39)
    assert scene.desk.shown == 1
    scene.pass_s(1)
    assert scene.titles == ["Last minute: shop.example 1 has a question"]


def test_quiet_holds_back_all_but_the_last_minute(scene: Scene) -> None:
    scene.urgency.be_quiet(quiet=True)
    scene.ask(1)
    scene.pass_s(11)
    scene.ask(2)
    scene.pass_s(158)
    assert scene.desk.shown == 0
    scene.pass_s(1)
    assert scene.titles == ["Last minute: shop.example 1 has a question"]
    scene.urgency.be_quiet(quiet=False)
    assert scene.titles == ["2 sessions need you"], "what was held back comes"


def test_whoever_wants_none_gets_none(scene: Scene) -> None:
    scene.ask(1)
    scene.settings.change_section(NoticeSettings, notify_questions=False)
    assert scene.titles == []
    scene.pass_s(200)
    assert scene.titles == []
    scene.settings.change_section(NoticeSettings, notify_questions=True)
    assert scene.titles == ["Last minute: shop.example 1 has a question"]


def test_a_click_opens_what_is_open_still(scene: Scene) -> None:
    scene.ask(1)
    scene.ask(2, life_s=200)
    scene.focus(ours=True)  # the desktop may bring us to the front before it tells of the click
    scene.ask(3, life_s=100)  # it was on no notice
    scene.desk.clicked.emit(NOTICE, "")
    scene.inbox.close(2)
    scene.desk.clicked.emit(NOTICE, "")
    scene.inbox.close(1)
    scene.desk.clicked.emit(NOTICE, "")
    scene.desk.clicked.emit(done_notifier.NOTICE, "")
    assert scene.opened == [(2, ""), (1, ""), (None, "")]


def test_neither_the_agents_words_nor_a_secret_is_in_it(scene: Scene) -> None:
    scene.redactor.add_secret(SECRET)
    scene.sessions[1] = a_session(1, site=f"with {SECRET}")
    scene.ask(1, f"Is {SECRET} your PIN?")
    assert scene.titles == ["with [redacted] 1 asks for a password or code"]
    assert "your PIN" not in str(scene.desk.notices)
    assert SECRET not in str(scene.desk.notices)


def test_a_session_that_nobody_knows_has_no_name(scene: Scene) -> None:
    scene.ask(77)
    assert [one.name for one in scene.news[0].questions] == [""]


async def test_time_alone_brings_what_is_due() -> None:
    """A last minute, the end of quiet, and the last minute of what came meanwhile."""
    world, scope = World(), TaskScope()
    inbox, clock = world.inbox, world.clock
    urgency = Urgency(cast("Any", inbox), clock, scope)
    changed: list[int] = []
    urgency.changed.connect(lambda: changed.append(clock.now - NOW))
    inbox.ask(replace(a_question(1, "Which?"), expires_ms=NOW + 300_000))
    urgency.be_quiet(quiet=True)
    changed.clear()
    await clock.advance(240_000)
    await clock.advance(1_560_000)
    inbox.ask(replace(a_question(2, "Which?"), expires_ms=clock.now + 100_000))
    await clock.advance(60_000)
    assert changed == [240_000, 1_800_000, 1_800_000, 1_840_000]
    await scope.close()
