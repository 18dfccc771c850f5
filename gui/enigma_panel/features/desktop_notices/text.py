"""The texts of desktop notifications: an agent asks, something is done.

They may stand on a locked screen and in the desktop's own history: they name the session, which is
a site and a number or the person's own word, and figures. What was asked for, what came out and
what the agent says stay in the window: any of it may hold anything.
"""

from enigma_panel.core.money import MoneyKind, format_money, is_sane, sum_money
from enigma_panel.features.desktop_notices.done_notifier import DoneNews, Ended
from enigma_panel.features.desktop_notices.question_notifier import AskedNews
from enigma_panel.services.desktop_notifier import DesktopNotice
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.money import spoken_money
from enigma_panel.ui.text.problems import Notice
from enigma_panel.ui.text.questions import NAME_LIMIT, asked_title
from enigma_panel.ui.text.states import duration, local_moment

tr = Translations("Desktop notifications")


def asked_notice(news: AskedNews, now_ms: int) -> DesktopNotice:
    """'amazon.com 3 asks for a login': '2:41 left, until 14:37.'; of several how many ask."""
    first = news.questions[0]
    left_ms = None if first.ends_ms is None else first.ends_ms - now_ms
    title = asked_title(first.name, first.kind, about_money=first.about_money)
    if news.is_urgent:
        title = tr("Last minute: {title}", title=title)
    parts = [_left(first.ends_ms, now_ms) if first.ends_ms is not None else ""]
    if len(news.questions) > 1:
        parts.insert(0, f"{title}.")
        n = len(news.questions)
        title = tr.plural("1 session needs you", "{n} sessions need you", n)
    return DesktopNotice(
        title=title,
        body=" ".join(part for part in parts if part),
        action=tr("Show question"),
        asks=True,
        is_urgent=news.is_urgent,
        is_heard=news.is_heard,
        lasts_ms=left_ms,
    )


def _left(ends_ms: int, now_ms: int) -> str:
    """Say how long is left and until when: the time of day stays true while the notice stands."""
    left, until = duration(ends_ms - now_ms), local_moment(ends_ms, now_ms)
    return tr("{time} left, until {moment}.", time=left, moment=until)


def cap_notice(notice: Notice, buttons: tuple[str, ...]) -> DesktopNotice:
    """What the window's notice says; at the cap it stands until that is over."""
    return DesktopNotice(
        title=notice.title,
        body=notice.text,
        action=tr("Show window"),
        asks=bool(buttons),
        buttons=buttons,
    )


def done_notice(news: DoneNews) -> DesktopNotice:
    """'desk.example 1 is done': '$0.025, 0:45. 2 more are not done.'; of several how many."""
    title, body = _one(news.results[0]) if len(news.results) == 1 else _several(news.results)
    if news.left:
        left = tr.plural("1 more is not done.", "{n} more are not done.", news.left)
        body = f"{body} {left}".strip()
    return DesktopNotice(title=title, body=body, action=tr("Show result"))


def _one(one: Ended) -> tuple[str, str]:
    name = shorten(one.name, NAME_LIMIT) or tr("A task")
    title = tr("{name} failed", name=name) if one.failed else tr("{name} is done", name=name)
    cost = spoken_money(format_money(one.cost)) if one.cost is not None else ""
    return title, ", ".join(filter(None, (cost, duration(one.took_ms)))) + "."


def _several(results: tuple[Ended, ...]) -> tuple[str, str]:
    """'4 done, 1 failed' and what they cost."""
    failed = sum(one.failed for one in results)
    done = len(results) - failed
    words = (tr("{n} done", n=done) if done else "", tr("{n} failed", n=failed) if failed else "")
    return ", ".join(filter(None, words)), _costs(results)


def _costs(results: tuple[Ended, ...]) -> str:
    known = [one.cost for one in results if one.cost is not None and is_sane(one.cost)]
    if not known:
        return ""
    cost = spoken_money(format_money(sum_money(known), MoneyKind.SUM))
    if len(known) < len(results):
        return tr("Cost {cost} or more.", cost=cost)
    return tr("Cost {cost}.", cost=cost)
