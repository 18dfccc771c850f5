"""Texts for questions wherever they are listed: kinds, outcomes, and one that was missed."""

from collections.abc import Callable

from enigma_panel.core.models import Task
from enigma_panel.core.money import format_money
from enigma_panel.core.question_history import QuestionOutcome
from enigma_panel.core.questions import QuestionKind
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.money import spoken_money
from enigma_panel.ui.text.states import local_time

tr = Translations("Questions")

_KINDS: dict[QuestionKind, Callable[[], str]] = {
    QuestionKind.CREDENTIALS: lambda: tr("Credentials"),
    QuestionKind.CODE: lambda: tr("Code"),
    QuestionKind.CHOICE: lambda: tr("Choice"),
    QuestionKind.PURCHASE: lambda: tr("Purchase"),
    QuestionKind.CAPTCHA: lambda: tr("Captcha"),
    QuestionKind.SECRET: lambda: tr("Secret"),
    QuestionKind.YES_NO: lambda: tr("Yes / No"),
    QuestionKind.FREE_TEXT: lambda: tr("Free text"),
}
_OUTCOMES: dict[QuestionOutcome, Callable[[], tuple[str, str]]] = {
    QuestionOutcome.OPEN: lambda: (tr("open"), tr("It waits for an answer.")),
    QuestionOutcome.ANSWERING: lambda: (tr("answering"), tr("Its answer is on its way.")),
    QuestionOutcome.ANSWERED: lambda: (tr("answered"), tr("The answer was delivered.")),
    QuestionOutcome.STOPPED: lambda: (tr("stopped"), tr("The task was told to stop.")),
    QuestionOutcome.GONE: lambda: (
        tr("gone"),
        tr("It is open no longer, without an answer from here."),
    ),
    QuestionOutcome.MISSED: lambda: (
        tr("missed"),
        tr("Nobody answered before the task ended."),
    ),
    QuestionOutcome.UNCONFIRMED: lambda: (
        tr("unconfirmed"),
        tr("An answer was sent, and nobody knows whether it arrived."),
    ),
}


def missed_text(task: Task) -> str:
    """'Nobody answered “I need login credentials”; the task ended at 06:35, $0.10'."""
    question, time = shorten(task.question or ""), local_time(task.ended_ms or task.since_ms)
    if task.counted_cost is None:
        return tr(
            "Nobody answered “{question}”; the task ended at {time}", question=question, time=time
        )
    return tr(
        "Nobody answered “{question}”; the task ended at {time}, {cost}",
        question=question,
        time=time,
        cost=spoken_money(format_money(task.counted_cost)),
    )


def kind_label(kind: QuestionKind) -> str:
    """What a way to answer is called."""
    return _KINDS[kind]()


def outcome_word(outcome: QuestionOutcome) -> str:
    """What became of a question, in a word."""
    return _OUTCOMES[outcome]()[0]


def outcome_tip(outcome: QuestionOutcome) -> str:
    """What that word means."""
    return _OUTCOMES[outcome]()[1]
