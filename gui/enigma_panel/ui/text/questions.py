"""Texts for questions: their kinds, who asks for what, and one that was missed."""

from collections.abc import Callable

from enigma_panel.core.models import Task
from enigma_panel.core.money import format_money
from enigma_panel.core.questions.amounts import total_in
from enigma_panel.core.questions.kinds import QuestionKind, guess_kind
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.money import spoken_money
from enigma_panel.ui.text.states import local_time

tr = Translations("Questions")

NAME_LIMIT = 60
"""How many characters of a session's name are shown as the one who asks."""

_KINDS: dict[QuestionKind, Callable[[str], tuple[str, str]]] = {
    QuestionKind.CREDENTIALS: lambda name: (tr("Login"), tr("{name} asks for a login", name=name)),
    QuestionKind.CODE: lambda name: (tr("Code"), tr("{name} asks for a code", name=name)),
    QuestionKind.CHOICE: lambda name: (tr("Choice"), tr("{name} asks you to choose", name=name)),
    QuestionKind.PURCHASE: lambda name: (
        tr("Purchase"),
        tr("{name} asks about a purchase", name=name),
    ),
    QuestionKind.CAPTCHA: lambda name: (
        tr("Captcha"),
        tr("{name} asks you to solve a captcha", name=name),
    ),
    QuestionKind.SECRET: lambda name: (
        tr("Secret"),
        tr("{name} asks for a password or code", name=name),
    ),
    QuestionKind.YES_NO: lambda name: (
        tr("Yes / No"),
        tr("{name} has a yes-or-no question", name=name),
    ),
    QuestionKind.FREE_TEXT: lambda name: (tr("Free text"), tr("{name} has a question", name=name)),
}
"""The label of each kind of answer, and the sentence on who asks for what."""
_SAY_LITTLE = frozenset({QuestionKind.YES_NO, QuestionKind.FREE_TEXT})


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
    return _KINDS[kind]("")[0]


def asked_title(name: str, kind: QuestionKind, *, about_money: bool) -> str:
    """Say who asks for what, by the guessed kind, in none of the agent's words."""
    name = shorten(name, NAME_LIMIT) or tr("A session")
    if about_money and kind in _SAY_LITTLE:
        return tr("{name} asks about money", name=name)
    return _KINDS[kind](name)[1]


def asked_line(name: str, question: str) -> str:
    """Say who asks for what in one line, with the agent's words where the kind says little."""
    name, kind = shorten(name, NAME_LIMIT), guess_kind(question)
    if kind in _SAY_LITTLE:
        return tr("{name} asks: “{question}”", name=name, question=shorten(question))
    # The amount only where the form of a purchase offers it, too.
    total = total_in(question) if kind is QuestionKind.PURCHASE else None
    if total is None:
        return _KINDS[kind](name)[1]
    return tr("{name} asks to buy for {amount}", name=name, amount=total.text)


def asked_short(question: str) -> str:
    """Say what is asked for in the fewest words; "" where the kind says little."""
    kind = guess_kind(question)
    total = total_in(question) if kind is QuestionKind.PURCHASE else None
    if total is not None:
        return tr("Pay {amount}?", amount=total.text)
    return "" if kind in _SAY_LITTLE else tr("{kind}?", kind=kind_label(kind))
