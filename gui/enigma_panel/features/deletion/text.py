"""Texts for the deletion of tasks: what goes, what stays and why, and what became of it."""

from collections import Counter
from collections.abc import Mapping

from enigma_panel.core.deletion import DeletionPlan, KeptReason
from enigma_panel.features.deletion.deletions import DeletionResult
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.sums import sum_text

tr = Translations("Deletion")

_KEPT = tr.mark(
    {
        KeptReason.QUEUED: ("1 stays: it is not finished.", "{n} stay: they are not finished."),
        KeptReason.AT_WORK: ("1 stays: it is not finished.", "{n} stay: they are not finished."),
        KeptReason.UNCONFIRMED: ("1 stays: it may be running.", "{n} stay: they may be running."),
        KeptReason.SESSION: (
            "1 stays: its browser may still be open.",
            "{n} stay: their browsers may still be open.",
        ),
        KeptReason.TODAY: ("1 stays: it was sent today.", "{n} stay: they were sent today."),
        KeptReason.CALL: (
            "1 stays: it was active in the last minute.",
            "{n} stay: they were active in the last minute.",
        ),
    }
)


def plan_text(plan: DeletionPlan) -> str:
    """What is deleted, and that nothing brings it back."""
    return tr.plural(
        "This deletes 1 task with its text, result and steps. It cost {amount}. This can't "
        "be undone.",
        "This deletes {n} tasks with their texts, results and steps. They cost {amount}. "
        "This can't be undone.",
        len(plan.keys),
        amount=sum_text(plan.total) or tr("an unknown amount"),
    )


def kept_text(kept: Mapping[KeptReason, int]) -> str:
    """'7 stay: they are not finished. 5 stay: …', empty where all go."""
    counts = Counter[tuple[str, str]]()
    for reason, words in _KEPT.items():
        counts[words] += kept.get(reason, 0)
    return " ".join(tr.plural(*words, n) for words, n in counts.items() if n)


def result_text(result: DeletionResult) -> str:
    parts = [tr.plural("1 task was deleted.", "{n} tasks were deleted.", result.deleted)]
    if result.problem is not None:
        parts.append(
            tr.plural(
                "1 was not: the history could not be saved ({reason}).",
                "{n} were not: the history could not be saved ({reason}).",
                result.left,
                reason=result.problem.reason,
            )
        )
    parts.append(kept_text(result.kept))
    return " ".join(filter(None, parts))


def delete_label(n: int) -> str:
    return tr.plural("Delete 1 task", "Delete {n} tasks", n)
