"""More rows of the table "words for errors": the service and the way to it."""

from collections.abc import Callable

from enigma_panel.ui.error_rows import Call, ErrorFacts, ErrorText, again, nothing_started
from enigma_panel.ui.words import shorten, tr


def too_many_calls(facts: ErrorFacts) -> ErrorText:
    """The limit per minute."""
    todo = again(facts, tr("Try again in a minute."))
    return ErrorText(tr("Too many calls this minute."), nothing_started(facts), todo)


def no_browser(facts: ErrorFacts) -> ErrorText:
    """The service is full."""
    todo = again(facts, tr("Try again in a moment."))
    return ErrorText(tr("No free browser at the moment."), nothing_started(facts), todo)


def nonsense(facts: ErrorFacts) -> ErrorText:
    """No JSON, cut short, or 5xx."""
    what = tr("The service answered in a way that makes no sense ({status}).", status=facts.status)
    if facts.context.call in {Call.START, Call.NEW_TASK}:
        return ErrorText(what, tr("It may be running and cost money."))
    return ErrorText(what, todo=tr("Polls go on."))


_REASONS: dict[str, Callable[[], str]] = {
    "dns": lambda: tr("the name of the service was not found"),
    "tls": lambda: tr("no secure connection"),
    "refused": lambda: tr("the connection was refused"),
    "timeout": lambda: tr("no answer in time"),
    "proxy": lambda: tr("the proxy let nothing through"),
}


def no_connection(facts: ErrorFacts) -> ErrorText:
    """Nothing was sent."""
    what = tr("No connection.")
    if facts.reason in _REASONS:
        what = tr("No connection: {reason}.", reason=_REASONS[facts.reason]())
    return ErrorText(what, nothing_started(facts))


def interrupted(_facts: ErrorFacts) -> ErrorText:
    """Sent, but the answer was lost; the call starts nothing."""
    what = tr("The connection broke before the service answered.")
    return ErrorText(what, todo=tr("It is not known whether it arrived: watch the session."))


def lost_start(facts: ErrorFacts) -> ErrorText:
    """Sent, the answer was lost: a browser may be open."""
    what = tr("The start of “{task}” is unconfirmed.", task=shorten(facts.context.task, 60))
    money = tr("It may be running and cost money.")
    if facts.context.ends_at:
        money = tr(
            "It may be running and cost money; if so, the service ends it by {time}.",
            time=facts.context.ends_at,
        )
    todo = tr("Start it again (may run twice), or put it away.")
    if facts.context.has_page:
        todo = tr("Look at the account page, start it again (may run twice), or put it away.")
    return ErrorText(what, money, todo)


def lost_new_task(facts: ErrorFacts) -> ErrorText:
    """Sent, the answer was lost: a task may be working."""
    what = tr(
        "“{task}” may be working in {session}, but the service names a task only in the answer "
        "that was lost.",
        task=shorten(facts.context.task, 60),
        session=facts.context.session,
    )
    todo = tr("Wait until the session ends, or terminate it.")
    if facts.context.stays_open:
        todo = tr("Ask the session for its result in a new task, or terminate it.")
    return ErrorText(what, todo=todo)
