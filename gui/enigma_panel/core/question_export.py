"""Questions as lines of a file; see task_export for what the forms have in common."""

from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo

import msgspec
from msgspec import Struct

from enigma_panel.core.question_history import AskedQuestion
from enigma_panel.core.task_export import LINE_END, ExportFormat, csv_text


class ExportedQuestion(Struct, frozen=True):
    """One line. Its fields are the columns of a CSV file and the names in a line of JSON.

    asked: ISO 8601 with the offset from UTC. took_s: seconds until it was answered or missed,
    absent where that is not known. used: what of the answer was no secret.
    """

    asked: str | None
    session: str
    task: str
    question: str
    kind: str
    outcome: str
    took_s: float | None
    used: str


def question_head(form: ExportFormat) -> bytes:
    """What stands before the first question."""
    names = ",".join(ExportedQuestion.__struct_fields__) + LINE_END
    return names.encode() if form is ExportFormat.CSV else b""


def question_lines(
    questions: Iterable[AskedQuestion],
    form: ExportFormat,
    zone_at: Callable[[int], tzinfo],
    redact: Callable[[str], str],
) -> bytes:
    """The lines of these questions in UTF-8. zone_at: the time zone that holds at a moment (epoch
    ms); redact: what every text passes that leaves us."""
    lines = [_line(question, zone_at, redact) for question in questions]
    if form is ExportFormat.CSV:
        return "".join(map(_csv_line, lines)).encode()
    return msgspec.json.Encoder().encode_lines(lines)


def _line(
    question: AskedQuestion, zone_at: Callable[[int], tzinfo], redact: Callable[[str], str]
) -> ExportedQuestion:
    return ExportedQuestion(
        asked=_moment(question.asked_ms, zone_at),
        session=redact(question.session),
        task=redact(question.task),
        question=redact(question.text),
        kind=question.kind.value,
        outcome=question.outcome.value,
        took_s=None if question.took_ms is None else question.took_ms / 1000,
        used=redact(question.used),
    )


def _csv_line(line: ExportedQuestion) -> str:
    values = msgspec.structs.astuple(line)
    return ",".join(map(_csv_value, values)) + LINE_END


def _csv_value(value: str | float | None) -> str:
    return str(value) if isinstance(value, float) else csv_text(value)


def _moment(ms: int, zone_at: Callable[[int], tzinfo]) -> str | None:
    """None for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(ms / 1000, zone_at(ms)).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return None
