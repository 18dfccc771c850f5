"""Texts of New task: what Start would do now, and what became of tasks that were started."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from enigma_panel.core.models import Task
from enigma_panel.services.container import Services
from enigma_panel.services.sessions import MOST_STARTS
from enigma_panel.services.types import PauseReason, QueueEntry, WaitReason
from enigma_panel.ui.i18n import Translations, sentence, shorten
from enigma_panel.ui.text.money import again_range, again_text, amount_text, left_text, spoken_money
from enigma_panel.ui.text.states import spoken_duration
from enigma_panel.ui.text.waiting import no_slot_text

tr = Translations("New task")

_WANTS_NO_PLACE = frozenset(
    {
        WaitReason.SENDING,
        WaitReason.BUSY,
        WaitReason.NAME,
        WaitReason.CLOSING,
        WaitReason.SESSION_ENDED,
        WaitReason.UNSUPPORTED,
        WaitReason.STOPPED,
    }
)
"""Reasons for which a task delays no other: it waits for its own browser, or for a person."""


def start_label(n: int, *, after: bool, has_lines: bool = False) -> str:
    """Return the label of Start for n tasks, which run at once or after the one at work there.

    has_lines: one task of several lines says that it is one.
    """
    if has_lines and n == 1:
        return tr("Run 1 task after this one") if after else tr("Start 1 task")
    if after:
        return tr.plural("Run after this one", "Run {n} tasks after this one", n)
    return tr.plural("Start", "Start {n} tasks", n)


def target_hint(
    services: Services, n: int, *, after: bool, in_new: bool, single: bool = False
) -> str:
    """Return when n tasks would run, always in one line, so that no button moves."""
    if in_new or services.caps.is_reached():
        return queue_hint(services, n, single=single)
    if after:
        return tr.plural(
            "Runs after the current task. You can remove it until then.",
            "They run after the current task. You can remove them until then.",
            n,
        )
    return tr.plural(
        "Runs in the open browser.", "They run in the open browser, one after another.", n
    )


def price_text(
    services: Services,
    n: int,
    *,
    in_new: bool,
    single: bool = False,
    stays_ms: int | None = None,
    site: str = "",
    mark: Callable[[str], str] = str,
) -> str:
    """Return what n tasks may cost, and how long they take where that can be known.

    stays_ms: how long their browser stays open without work. site: whose tasks are known best.
    mark: makes the price stand out.
    """
    known = services.spending.price(site)
    if known is None:
        price = tr.plural("Price not known yet", "{n} tasks · price not known yet", n)
    else:
        amount = mark(amount_text(known, n))
        price = tr.plural("{amount}", "{n} tasks · {amount}", n, amount=amount)
    if stays_ms is not None:
        then = tr.plural(
            "The browser costs money until closed (up to {minutes} min).",
            "Each browser costs money until closed (up to {minutes} min).",
            n if in_new else 1,
            minutes=stays_ms // 60_000,
        )
        return f"{price}. {then}"
    is_possible = in_new and 1 < n <= MOST_STARTS
    done = services.queue.all_done(n, single=single) if is_possible else None
    if done is None:
        return price
    return tr.plural(
        "{price} · about {time} with 1 browser",
        "{price} · about {time} with {n} browsers",
        done[1],
        price=price,
        time=spoken_duration(max(1, round(done[0] / 60_000)) * 60_000),
    )


def queue_hint(services: Services, n: int, *, single: bool = False) -> str:
    """Return when n tasks that need a browser each would run, and how many the cap of the day
    allows. single: each by one call."""
    return f"{_queue_hint(services, n, single=single)} {_allowed_text(services, n)}".rstrip()


def _allowed_text(services: Services, n: int) -> str:
    """Return how many of n tasks the cap of the day allows by their price, where not all."""
    cap, price = services.settings.value.cap_per_day, services.spending.price()
    if cap is None or price is None or not price.median or services.caps.is_reached():
        return ""
    allowed = int((cap - services.caps.spent()) / price.median)
    if n == 1 or allowed >= n:
        return ""
    return tr("Your daily cap allows about {allowed} of {n}.", allowed=allowed, n=n)


def _queue_hint(services: Services, n: int, *, single: bool) -> str:
    queue = services.queue
    if services.caps.is_reached():
        return tr.plural(
            "Daily cap reached. It starts when you raise the cap, or tomorrow.",
            "Daily cap reached. They start when you raise the cap, or tomorrow.",
            n,
        )
    if queue.is_leaving or queue.pause_reason not in {PauseReason.NONE, PauseReason.RESTARTED}:
        return tr.plural(
            "The queue is paused, so the task is queued.",
            "The queue is paused, so the tasks are queued.",
            n,
        )
    ahead = sum(_wants_place(services, entry) for entry in queue.entries())
    if ahead:
        return tr.plural("Queued behind 1 task.", "Queued behind {n} tasks.", ahead)
    free = min(queue.free_places, queue.free_calls(single=single))
    if free <= 0:
        is_full = queue.free_places <= 0
        why = sentence(no_slot_text(queue.limit)) if is_full else tr("The rate limit is reached.")
        return tr.plural("{why} The task is queued.", "{why} The tasks are queued.", n, why=why)
    if free >= n:
        return tr.plural("Starts now.", "All {n} start now.", n)
    start = tr.plural("1 starts now", "{n} start now", free)
    wait = tr.plural("1 is queued", "{n} are queued", n - free)
    return tr("{start}, {wait}.", start=start, wait=wait)


def _wants_place(services: Services, entry: QueueEntry) -> bool:
    """Return whether a queued task needs a place; one for an open browser never does."""
    task = services.sessions.task(entry.task_key)
    session = services.sessions.session(task.session_key) if task is not None else None
    is_for_open = session is not None and not session.is_planned
    return entry.why not in _WANTS_NO_PLACE and not is_for_open


def after_start_text(services: Services, text: str, keys: Sequence[int]) -> str:
    """Return what became of the tasks with these keys, the first of which has that text."""
    now, queue = services.clock.now_ms(), services.queue
    queued = sum(has_to_wait(queue.entry(key), now) for key in keys)
    return started_text(shorten(text, 60), queued, len(keys))


def added_text(title: str, n: int) -> str:
    """Return that the ledger has n tasks; whether they start or wait is not known yet."""
    return tr.plural("Added “{task}”.", "Added {n} tasks.", n, task=title)


def started_text(title: str, queued: int, n: int) -> str:
    """Return what became of n tasks that were just started, of which some are queued."""
    if not queued:
        return tr.plural("Started “{task}”.", "Started {n} tasks.", n, task=title)
    if queued == n:
        return tr.plural("Queued “{task}”.", "Queued {n} tasks.", n, task=title)
    return tr("{started} started, {n} queued.", started=n - queued, n=queued)


def has_to_wait(entry: QueueEntry | None, now_ms: int) -> bool:
    """Return whether a task that was just queued is not started at once."""
    if entry is None or entry.why in {WaitReason.SENDING, WaitReason.UNDO}:
        return False
    if entry.why not in {WaitReason.TURN, WaitReason.BUDGET}:
        return True
    at_once = entry.due_ms is not None and entry.due_ms <= now_ms
    return not at_once and (entry.why is WaitReason.BUDGET or entry.position > 1)


class AgainCost(Struct, frozen=True):
    """What it may cost to run tasks again; is_too_much: more than the balance."""

    text: str
    is_too_much: bool = False


def again_question(title: str, n: int) -> str:
    """Return the question. title: of the first task."""
    if not n:
        return tr("None of the selected tasks can be run again.")
    return tr.plural(
        "Run “{task}” again, in a new session?",
        "Run {n} tasks again, each in a new session? The first one is “{task}”.",
        n,
        task=title,
    )


def again_label(n: int) -> str:
    """Return the label of the button: 'Run 13 tasks again'."""
    return tr.plural("Run 1 task again", "Run {n} tasks again", n) if n else tr("Run again")


def again_cost_text(services: Services, tasks: Sequence[Task]) -> AgainCost:
    """Return the cost: 'About $0.20–0.40, based on earlier tasks.'"""
    left, price = services.health.left, services.spending.price()
    costs = again_range(tasks, price)
    if costs is None:
        return AgainCost(tr("Price not known yet."))
    text = sentence(tr("{amount}, based on earlier tasks", amount=again_text(tasks, price)))
    if left is None or not left.is_finite():
        return AgainCost(text)
    balance = spoken_money(left_text(services.health))
    if left < costs[1]:
        text = tr("{text} Your balance is only {left}.", text=text, left=balance)
        return AgainCost(text, is_too_much=True)
    return AgainCost(tr("{text} Your balance is {left}.", text=text, left=balance))


def left_out_text(unfinished: int, unsupported: int) -> str:
    """Return how many of the selected tasks are not run again, and why."""
    parts = [
        tr("{n} not finished", n=unfinished) if unfinished else "",
        tr("{n} with options this service lacks", n=unsupported) if unsupported else "",
    ]
    skipped = ", ".join(filter(None, parts))
    return tr("Skipped: {what}.", what=skipped) if skipped else ""


def too_many_text(n: int) -> str:
    """Return that n tasks are too many to be started at once."""
    return tr("{n} tasks are too many. Start {limit} at most.", n=n, limit=MOST_STARTS)
