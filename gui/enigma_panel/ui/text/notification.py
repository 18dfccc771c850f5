"""The text of the desktop notification that something is done.

It may stand on a locked screen and in the desktop's own history: it names the session, which is a
site and a number or the person's own word, and figures. What was asked for and what came out stay
in the window: either may hold anything.
"""

from enigma_panel.core.money import format_money, is_sane, sum_money
from enigma_panel.services.done_notifier import DoneNews, Ended
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.states import duration

tr = Translations("Desktop notifications")

NAME_LIMIT = 60
FIGURE_LIMIT = 40


def done_text(news: DoneNews) -> tuple[str, str]:
    """Title and body, plain text."""
    parts = [_one_body(news.results[0]) if len(news.results) == 1 else _costs(news.results)]
    if news.left:
        parts.append(tr.plural("1 is not done yet.", "{n} are not done yet.", news.left))
    title = _one_title(news.results[0]) if len(news.results) == 1 else _title(news)
    return title, " ".join(part for part in parts if part)


def action_text() -> str:
    """What a click does."""
    return tr("Show result")


def _one_title(one: Ended) -> str:
    name = shorten(one.name, NAME_LIMIT) or tr("a task")
    return tr("Failed: {name}", name=name) if one.failed else tr("Done: {name}", name=name)


def _one_body(one: Ended) -> str:
    took = duration(one.took_ms)
    if one.cost is None:
        return tr("Took {time}.", time=took)
    cost = shorten(format_money(one.cost), FIGURE_LIMIT)
    return tr("Cost {cost}, took {time}.", cost=cost, time=took)


def _title(news: DoneNews) -> str:
    """'4 of 10 done, 1 failed': of those that ended and those that have not."""
    failed = sum(one.failed for one in news.results)
    done = len(news.results) - failed
    of = len(news.results) + news.left
    if done == of:
        return tr("All {n} done", n=of)
    if failed == of:
        return tr("All {n} failed", n=of)
    if not failed:
        return tr("{n} of {of} done", n=done, of=of)
    if not done:
        return tr("{n} of {of} failed", n=failed, of=of)
    return tr("{n} of {of} done, {failed} failed", n=done, of=of, failed=failed)


def _costs(results: tuple[Ended, ...]) -> str:
    known = [one.cost for one in results if one.cost is not None and is_sane(one.cost)]
    if not known:
        return ""
    cost = format_money(sum_money(known))
    if len(known) < len(results):
        return tr("Cost {cost} or more.", cost=cost)
    return tr("Cost {cost}.", cost=cost)
