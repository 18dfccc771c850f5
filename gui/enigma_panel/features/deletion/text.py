"""Texts for the deletion of tasks: what goes, what stays and why, and what became of it."""

from collections.abc import Mapping

from enigma_panel.core.deletion import DeletionPlan, KeptReason
from enigma_panel.features.deletion.deletions import DeletionResult
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.sums import sum_text

tr = Translations("Deletion")

_KEPT = tr.mark(
    {
        KeptReason.QUEUED: ("1 is queued", "{n} are queued"),
        KeptReason.AT_WORK: ("1 is at work", "{n} are at work"),
        KeptReason.UNCONFIRMED: (
            "1 is unconfirmed and may be running",
            "{n} are unconfirmed and may be running",
        ),
        KeptReason.LOST: (
            "1 is lost, and its result may still come",
            "{n} are lost, and their results may still come",
        ),
        KeptReason.SESSION: (
            "1 may still have its browser open",
            "{n} may still have their browsers open",
        ),
        KeptReason.UNREADABLE: ("1 cannot be read", "{n} cannot be read"),
        KeptReason.CALL: (
            "about 1 a call is open or less than a minute old",
            "about {n} a call is open or less than a minute old",
        ),
    }
)


def plan_text(plan: DeletionPlan) -> str:
    """What is deleted, and that nothing brings it back."""
    return tr.plural(
        "This deletes 1 task, which cost {amount}, with its text, result and steps. Nothing brings "
        "it back.",
        "This deletes {n} tasks, which cost {amount} together, with their texts, results and "
        "steps. Nothing brings them back.",
        len(plan.keys),
        amount=sum_text(plan.total),
    )


def stays_text() -> str:
    """What a deletion does not reach."""
    return tr(
        "What they cost stays in the sums of their days. What the service knows, and files that you"
        " saved, stay, too."
    )


def kept_text(kept: Mapping[KeptReason, int]) -> str:
    """'5 stay: 3 are queued; 2 are lost …'; empty where all go."""
    if not kept:
        return ""
    reasons = "; ".join(tr.plural(*_KEPT[reason], kept[reason]) for reason in sorted(kept))
    n = sum(kept.values())
    return tr.plural("1 stays: {reasons}.", "{n} stay: {reasons}.", n, reasons=reasons)


def result_text(result: DeletionResult) -> str:
    """What became of it, in a sentence or more."""
    parts = [tr.plural("1 task was deleted.", "{n} tasks were deleted.", result.deleted)]
    if result.problem is not None:
        parts.append(
            tr.plural(
                "1 was not: the ledger could not be written ({reason}).",
                "{n} were not: the ledger could not be written ({reason}).",
                result.left,
                reason=result.problem.reason,
            )
        )
    elif result.left:
        parts.append(tr.plural("1 was not: cancelled.", "{n} were not: cancelled.", result.left))
    parts.append(kept_text(result.kept))
    return " ".join(filter(None, parts))


def delete_label(n: int) -> str:
    """The button that does it."""
    return tr.plural("Delete 1 task", "Delete {n} tasks", n)


def retention_text(plan: DeletionPlan, days: int) -> str:
    """What keeping tasks for so many days deletes at once."""
    now = tr.plural(
        "This deletes 1 task now, which cost {amount}; nothing brings it back.",
        "This deletes {n} tasks now, which cost {amount} together; nothing brings them back.",
        len(plan.keys),
        amount=sum_text(plan.total),
    )
    later = tr.plural(
        "From then on each goes 1 day after its end.",
        "From then on each goes {n} days after its end.",
        days,
    )
    return f"{now} {later}"
