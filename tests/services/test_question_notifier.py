"""Which questions have a notice of the desktop, and for how long."""

from collections.abc import Callable, Hashable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.core.escalation import CROWD, MANY, Level
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.questions import QuestionKind, credentials_text
from enigma_panel.core.redaction import Redactor
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier, Sound
from enigma_panel.services.done_notifier import NOTICE
from enigma_panel.services.question_notifier import Asked, AskedNews, QuestionNotifier
from enigma_panel.services.questions.reminders import Reminder, Reminders
from enigma_panel.ui.text.notification import asked_notice
from tests.conftest import Simulator
from tests.kit.builders import a_question, a_session
from tests.kit.clock import NOW
from tests.kit.wait import until
from tests.kit.world import World
from tests.services.conftest import Running

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
        self.reminders = self.world.reminders
        self.inbox.ask(*before)
        self.sessions = {key: a_session(key, site="shop.example") for key in range(1, 10)}
        self.desk = Standing()
        self.redactor = Redactor(b"x" * 32)
        self.has_focus = False
        self.news: list[AskedNews] = []
        self.opened: list[tuple[int | None, str]] = []
        self.notifier = QuestionNotifier(
            cast("Any", SimpleNamespace(session=self.sessions.get)),
            cast("Any", self.inbox),
            self.reminders,
            self.desk,
            settings=cast("Any", self.settings),
            make_notice=self._make_notice,
            redact=self.redactor.redact,
            has_focus=lambda: self.has_focus,
            clock=self.clock,
            scope=cast("Any", StillScope()),
        )
        self.notifier.opened.connect(lambda key, token: self.opened.append((key, token)))

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
        """Time goes by."""
        self.clock.pass_ms(round(seconds * 1000))
        self.reminders.changed.emit()

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


def test_one_that_comes_alone_has_its_own(scene: Scene) -> None:
    scene.ask(1, "I need login credentials")
    scene.pass_s(11)
    scene.ask(2, "Shall I pay $49.99?")
    assert scene.titles == [
        "shop.example 1 asks for a login",
        "shop.example 2 asks about a purchase",
    ]
    login = Asked(
        name="shop.example 1",
        kind=QuestionKind.CREDENTIALS,
        about_money=False,
        ends_ms=NOW + 230_000,
    )
    assert scene.news[0].questions == (login,)


def test_twenty_in_ten_seconds_have_one_that_is_replaced_and_opens_the_most_urgent(
    scene: Scene,
) -> None:
    for number in range(1, 9):
        scene.ask(number, life_s=240 - number)
        scene.pass_s(1)
    assert scene.titles == ["8 sessions ask you"]
    assert scene.desk.shown == 8
    assert scene.news[-1].questions[0].ends_ms == NOW + 239_000
    (notice,) = scene.desk.notices.values()
    assert notice.body.startswith("shop.example 1 asks you. 3:52 left")
    scene.desk.clicked.emit((1, 1), "token")
    assert scene.opened == [(1, "token")]


def test_heard_is_the_first_and_not_what_joins_or_leaves_it(scene: Scene) -> None:
    scene.ask(1)
    scene.pass_s(2)
    scene.ask(2)
    scene.inbox.close(1)
    assert [news.sound for news in scene.news] == [Sound.USUAL, Sound.NONE, Sound.NONE]


def test_half_time_is_heard_once_if_that_is_wanted(scene: Scene) -> None:
    scene.ask(1)
    scene.pass_s(114)
    assert len(scene.news) == 1
    scene.pass_s(1)
    assert (scene.news[-1].level, scene.news[-1].sound) == (Level.HALF_TIME, Sound.ALERT)
    scene.pass_s(1)
    assert len(scene.news) == 2
    silent = Scene()
    silent.settings.change(question_sound=False)
    silent.ask(1)
    silent.pass_s(115)
    assert silent.news[-1].sound is Sound.NONE


def test_a_last_call_is_urgent_and_heard_and_each_has_its_own(scene: Scene) -> None:
    scene.ask(1)
    scene.pass_s(5)
    scene.ask(2)
    scene.pass_s(165)
    (notice,) = scene.desk.notices.values()
    assert (notice.title, notice.is_urgent) == ("Last call: 2 sessions ask you", True)
    assert notice.sound is Sound.ALERT
    scene.pass_s(5)
    assert scene.news[-1].sound is Sound.ALERT
    scene.inbox.close(1)
    assert scene.titles == ["Last call: shop.example 2 asks you"]
    assert scene.news[-1].sound is Sound.NONE


def test_it_stands_until_its_question_is_settled(scene: Scene) -> None:
    """Whether it was answered, stopped, ended elsewhere or is gone: it is open no longer."""
    scene.ask(1)
    scene.ask(2)
    scene.inbox.close(1)
    assert scene.titles == ["shop.example 2 asks you"]
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
    assert list(scene.desk.notices) == [(1, 2)]


def test_nothing_is_told_to_somebody_who_looks_before_it_is_more_urgent(scene: Scene) -> None:
    scene.focus(ours=True)
    scene.ask(1)
    scene.focus(ours=False)  # nor later: it was there to be seen
    assert scene.desk.shown == 0
    scene.pass_s(115)
    assert scene.news[-1].level is Level.HALF_TIME
    scene.focus(ours=True)
    assert scene.titles == []
    scene.focus(ours=False)
    scene.pass_s(55)
    assert scene.news[-1].level is Level.LAST_CALL


def test_what_was_asked_long_before_this_run_gets_its_last_call_alone() -> None:
    old = replace(a_question(1, "Which?"), asked_ms=NOW - 121_000, expires_ms=NOW + 100_000)
    young = replace(a_question(2, "Which?"), asked_ms=NOW - 60_000, expires_ms=NOW + 200_000)
    scene = Scene(old, young)
    assert scene.titles == ["shop.example 2 asks you"]
    scene.pass_s(40)
    assert scene.titles[-1].startswith("Last call: ")


def test_quiet_holds_all_back_but_last_calls_and_the_reminder(scene: Scene) -> None:
    scene.reminders.be_quiet(quiet=True)
    scene.ask(1)
    scene.pass_s(11)
    scene.ask(2)
    assert scene.titles == []
    scene.reminders.remind((2, 1), Reminder.IN_1_MINUTE)
    scene.pass_s(60)
    assert [news.level for news in scene.news] == [Level.REMINDER]
    scene.pass_s(100)
    assert scene.news[-1].level is Level.LAST_CALL
    scene.reminders.be_quiet(quiet=False)
    assert len(scene.titles) == 2


def test_a_reminder_comes_instead_of_half_time(scene: Scene) -> None:
    scene.ask(1)
    scene.focus(ours=True)
    scene.reminders.remind((1, 1), Reminder.IN_2_MINUTES)
    scene.focus(ours=False)
    scene.pass_s(119)
    assert scene.titles == []
    scene.pass_s(1)
    assert scene.news[-1].level is Level.REMINDER
    later = Scene()
    later.ask(1)
    later.focus(ours=True)
    later.reminders.remind((1, 1), Reminder.AT_LAST_CALL)
    later.focus(ours=False)
    later.settings.change(question_last_call=False)
    later.pass_s(169)
    assert later.titles == []
    later.pass_s(1)
    assert later.titles == ["shop.example 1 asks you"], "it was asked for"


def test_whoever_wants_none_gets_none(scene: Scene) -> None:
    scene.ask(1)
    scene.settings.change(notify_questions=False)
    assert scene.titles == []
    scene.pass_s(200)
    assert scene.titles == []
    scene.settings.change(notify_questions=True)
    assert scene.titles == ["Last call: shop.example 1 asks you"]


def test_a_click_opens_what_is_open_still(scene: Scene) -> None:
    scene.ask(1)
    scene.ask(2, life_s=200)
    scene.focus(ours=True)  # the desktop may bring us to the front before it tells of the click
    scene.desk.clicked.emit((1, 1), "")
    scene.inbox.close(2)
    scene.desk.clicked.emit((1, 1), "")
    scene.inbox.close(1)
    scene.desk.clicked.emit((1, 1), "")
    scene.desk.clicked.emit(NOTICE, "")  # of what is done
    assert scene.opened == [(2, ""), (1, ""), (None, "")]


def test_the_agents_words_are_there_if_they_are_wanted_and_no_secret_is(scene: Scene) -> None:
    scene.redactor.add_secret(SECRET)
    scene.sessions[1] = a_session(1, label=f"with {SECRET}")
    scene.ask(1, f"Is {SECRET} your PIN?")
    assert scene.titles == ["with [redacted] asks for a password or code"]
    assert "your PIN" not in str(scene.desk.notices)
    scene.pass_s(11)
    scene.settings.change(notify_words=True)
    scene.ask(2, f"Is {SECRET} your PIN?")
    bodies = [notice.body for notice in scene.desk.notices.values()]
    assert bodies[-1].endswith("“Is [redacted] your PIN?”")
    assert SECRET not in str(scene.desk.notices)


def test_a_session_that_nobody_knows_has_no_name(scene: Scene) -> None:
    scene.ask(77)
    assert [one.name for one in scene.news[0].questions] == [""]


async def test_time_alone_brings_what_is_due() -> None:
    world, scope = World(), TaskScope()
    desk, clock = Standing(), world.clock
    reminders = Reminders(cast("Any", world.inbox), cast("Any", world.settings), clock, scope)
    notifier = QuestionNotifier(
        cast("Any", SimpleNamespace(session=lambda _key: None)),
        cast("Any", world.inbox),
        reminders,
        desk,
        settings=cast("Any", world.settings),
        make_notice=asked_notice,
        redact=str,
        has_focus=lambda: False,
        clock=clock,
        scope=scope,
    )
    for number in range(1, 13):
        asked = replace(
            a_question(number, "Which?"), asked_ms=clock.now, expires_ms=clock.now + 300_000
        )
        world.inbox.ask(asked)
        await clock.advance(11_000)
    assert len(desk.notices) == MANY + 1
    assert desk.notices[CROWD].title == "A session asks you"
    await clock.advance(49_000)
    assert desk.notices[CROWD].title == "2 sessions ask you"
    await clock.advance(60_000)
    assert desk.notices[1, 1].is_urgent
    await scope.close()
    notifier.deleteLater()


@pytest.mark.parametrize("how", ["answered", "stopped", "terminated", "ended elsewhere"])
async def test_a_real_question_has_a_notice_until_its_end(
    simulator: Callable[..., Simulator], running: Running, how: str
) -> None:
    async with running(simulator("--speed", "10").url) as parts:
        services, desk = parts.services, Standing()
        notifier = QuestionNotifier(
            services.store,
            services.inbox,
            services.reminders,
            desk,
            settings=services.settings,
            make_notice=asked_notice,
            redact=parts.redact,
            has_focus=lambda: False,
            clock=services.clock,
            scope=services.scope,
        )
        key = await services.sessions.start(TaskSpec(text="Log in to bank.example"))
        await until(lambda: desk.notices)
        ((task_key, _), notice), *_ = desk.notices.items()
        assert task_key == key
        assert notice.title.endswith("bank.example 1 asks for a login")
        assert 0 < notice.lasts_ms < 300_000
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
        notifier.deleteLater()
