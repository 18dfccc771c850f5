"""Words of Steps: what stands in a row, what is spoken, what is copied; made of records alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from enigma_panel.core.observation import Kind
from enigma_panel.services.state.timeline import GAP, LIVE_KINDS, SKIPPED
from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.status_words import local_time
from enigma_panel.ui.step_words import readable, step_line, step_word
from enigma_panel.ui.words import tr, without_hidden

TEXT_KINDS = (*sorted(LIVE_KINDS), Kind.QUESTION.value)
"""Kinds whose text is the point: their word stands in a column of its own."""
DIM_KINDS = frozenset({GAP, SKIPPED})
"""What is not there, and for how long."""
WHOLE = 1_000_000
"""Longer than any text of a step."""
TIP_CHARS = 600


@dataclass(frozen=True, slots=True)
class StepRow:
    """What stands in one row. kind is "" where the text says it all."""

    time: str
    kind: str
    text: str
    is_dim: bool


@lru_cache(maxsize=64)
def kind_word(kind: str) -> str:
    """As `step_word`, for thousands of rows."""
    return step_word(kind)


def step_row(step: Step) -> StepRow:
    """A step as one row of plain text."""
    time = local_time(step.at_ms, seconds=True)
    if step.kind in TEXT_KINDS:
        return StepRow(time, kind_word(step.kind), readable(step.text), is_dim=False)
    return StepRow(time, "", step_line(step), is_dim=step.kind in DIM_KINDS)


def spoken_step(step: Step) -> str:
    """'14:31:09, does, click element: search button'."""
    row = step_row(step)
    return ", ".join(part for part in (row.time, row.kind, row.text) if part)


def whole_text(step: Step) -> str:
    """All that was told with a step, over several lines where it has some; never read as HTML."""
    if step.kind in DIM_KINDS or not step.text:
        return step_line(step)
    return without_hidden(step.text.replace("\r\n", "\n"))


def whole_head(step: Step) -> str:
    """'14:31:09 · does', above the whole text."""
    return f"{local_time(step.at_ms, seconds=True)} · {kind_word(step.kind)}"


def searched_text(step: Step) -> str:
    """What a search looks through: in lower case, names of actions as they are shown."""
    if step.kind in DIM_KINDS:
        return folded(step_line(step))
    return folded(f"{kind_word(step.kind)} {step.text}")


def folded(text: str) -> str:
    """Texts that a person takes for the same: in one case, on one line."""
    return " ".join(without_hidden(text).replace("_", " ").lower().split())


def copied_steps(steps: Iterable[Step]) -> str:
    """A line a step: time, kind and text between tabs, to be pasted into a message or a table.

    Nothing is redacted here: what the agent told passed the wall before it came into the ledger,
    and before `Timeline.grown` brought it.
    """
    return "\n".join(map(_copied, steps))


def _copied(step: Step) -> str:
    time = local_time(step.at_ms, seconds=True)
    if step.kind in DIM_KINDS:
        return f"{time}\t\t{step_line(step)}"
    return f"{time}\t{kind_word(step.kind)}\t{readable(step.text, WHOLE)}".rstrip("\t")


def count_text(n: int) -> str:
    """How many there are, below the list."""
    return tr("1 step") if n == 1 else tr("{n} steps", n=f"{n:,}") if n else ""


def news_text(n: int, *, short: bool = False) -> str:
    """What came in below while somebody reads above; short, where there is no room."""
    if short:
        return tr("{n} new", n=f"{n:,}")
    return tr("{n} new – Jump to the newest", n=f"{n:,}")


def found_text(place: int | None, total: int) -> str:
    """'3 of 143': which of the steps that were found is selected."""
    if not total:
        return tr("not found")
    if place is None:
        return tr("{n} found", n=f"{total:,}")
    return tr("{n} of {all}", n=f"{place:,}", all=f"{total:,}")


def copy_text(selected: int, part: int | None) -> str:
    """What the button copies: the selected ones, or all. part: how many, where not all are read."""
    if selected:
        return tr("Copy")
    return tr("Copy all") if part is None else tr("Copy the newest {n}", n=f"{part:,}")


def older_text(n: int) -> str:
    """Not all that is in the ledger was read."""
    return tr("The newest {n} are shown.", n=f"{n:,}")


def empty_text(*, has_task: bool, failed: bool) -> str:
    """What stands where no steps are."""
    if failed:
        return tr("The steps could not be read from the ledger.")
    if not has_task:
        return tr("Select a session or a task to see its steps.")
    return tr("No steps yet. They appear here while the agent works, if the live channel is up.")
