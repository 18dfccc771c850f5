"""The words of the desktop's notices: a session's name, a kind and figures, nothing else."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from enigma_panel.core.questions.kinds import QuestionKind, guess_kind, is_about_money
from enigma_panel.features.desktop_notices.done_notifier import DoneNews, Ended
from enigma_panel.features.desktop_notices.question_notifier import Asked, AskedNews
from enigma_panel.features.desktop_notices.text import asked_notice, done_notice
from enigma_panel.ui.text.states import local_time
from tests.kit.clock import NOW


def one(cost: str | None = "0.0214", *, failed: bool = False, name: str = "amazon.com 3") -> Ended:
    return Ended(
        name=name, failed=failed, took_ms=41_000, cost=Decimal(cost) if cost is not None else None
    )


def words(*results: Ended, left: int = 0) -> tuple[str, str]:
    notice = done_notice(DoneNews(results=results, left=left))
    assert (notice.action, notice.asks, notice.lasts_ms) == ("Show result", False, None)
    return notice.title, notice.body


def test_one() -> None:
    assert words(one()) == ("amazon.com 3 is done", "$0.021, 0:41.")
    assert words(one(failed=True)) == ("amazon.com 3 failed", "$0.021, 0:41.")
    assert words(one(None), left=1)[1] == "0:41. 1 more is not done."
    assert words(one(None), left=12)[1] == "0:41. 12 more are not done."


@pytest.mark.parametrize(
    ("done", "failed", "title"),
    [(4, 1, "4 done, 1 failed"), (1000, 0, "1,000 done"), (0, 3, "3 failed")],
)
def test_several(done: int, failed: int, title: str) -> None:
    results = [one("0.01")] * done + [one("0.01", failed=True)] * failed
    assert words(*results)[0] == title


def test_what_several_cost() -> None:
    assert words(one("0.02"), one("0.0314"))[1] == "Cost $0.05."
    assert words(one("0.02"), one(None), left=3)[1] == "Cost $0.02 or more. 3 more are not done."
    assert words(one("0.02"), one("1E+999999"))[1] == "Cost $0.02 or more."
    assert words(one("-5"), one("NaN"))[1] == ""
    assert words(one(None), one(None), left=1)[1] == "1 more is not done."


def test_odd_names_and_figures_stay_short() -> None:
    assert words(one(name=""))[0] == "A task is done"
    title, body = words(one("9" * 5000, name="{n} <b>\n" + "x" * 500))
    assert title.startswith("{n} <b> xx")
    assert len(title) < 80
    assert len(body) < 80


def test_there_is_no_place_for_what_was_asked_or_came_out() -> None:
    """A notice may stand on a locked screen."""
    assert set(Ended.__struct_fields__) == {"name", "failed", "took_ms", "cost"}
    assert set(Asked.__struct_fields__) == {"name", "kind", "about_money", "ends_ms"}


def asked(text: str, name: str = "amazon.com 3", ends_ms: int | None = NOW + 161_000) -> Asked:
    about_money = is_about_money(text)
    return Asked(name=name, kind=guess_kind(text), about_money=about_money, ends_ms=ends_ms)


def news(*questions: Asked, is_urgent: bool = False) -> AskedNews:
    return AskedNews(questions=questions, is_urgent=is_urgent)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("I need login credentials to proceed", "amazon.com 3 asks for a login"),
        ("Enter the one-time code", "amazon.com 3 asks for a code"),
        ("What is the passphrase?", "amazon.com 3 asks for a password or code"),
        ("A captcha blocks me.", "amazon.com 3 asks you to solve a captcha"),
        ("Which colour: red or blue?", "amazon.com 3 asks you to choose"),
        ("May I go on? The total is high.", "amazon.com 3 asks about money"),
        ("The total is $49.99. Shall I buy it?", "amazon.com 3 asks about a purchase"),
        ("Log in to pay", "amazon.com 3 asks for a login"),
        ("Shall I go on?", "amazon.com 3 has a yes-or-no question"),
        ("Which colour?", "amazon.com 3 has a question"),
    ],
)
def test_what_a_question_asks_for(text: str, title: str) -> None:
    assert asked_notice(news(asked(text)), NOW).title == title


def test_every_kind_has_its_words() -> None:
    one = Asked(name="x 1", kind=QuestionKind.SECRET, about_money=False, ends_ms=None)
    titles = {asked_notice(news(replace(one, kind=kind)), NOW).title for kind in QuestionKind}
    assert len(titles) == len(QuestionKind)


def test_how_long_it_can_be_answered() -> None:
    notice = asked_notice(news(asked("Which?")), NOW)
    until = local_time(NOW + 161_000)
    assert notice.body == f"2:41 left, until {until}."
    assert (notice.asks, notice.lasts_ms, notice.action) == (True, 161_000, "Show question")
    notice = asked_notice(news(asked("Which?", name="", ends_ms=None)), NOW)
    assert (notice.title, notice.body, notice.lasts_ms) == ("A session has a question", "", None)


def test_of_several_the_most_urgent_is_named_and_the_last_minute_is_said() -> None:
    two = (asked("I need login credentials"), asked("Which?"))
    notice = asked_notice(news(*two, is_urgent=True), NOW)
    assert notice.title == "2 sessions need you"
    until = local_time(NOW + 161_000)
    assert notice.body == f"Last minute: amazon.com 3 asks for a login. 2:41 left, until {until}."
    assert notice.is_urgent
    assert not asked_notice(news(*two), NOW).is_urgent
