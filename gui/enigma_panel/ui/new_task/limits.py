"""The form 'Limits and options' of a new task."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QWidget

from enigma_panel.core.models import NO_LIMITS, Limits
from enigma_panel.core.service_rules import IDLE_MS, ServiceRules
from enigma_panel.core.validation import MAX_TIME_S, MAX_TOKENS, MIN_TIME_S, Field, split_domains
from enigma_panel.ui.i18n import shorten, tr
from enigma_panel.ui.widgets.basics import (
    FieldGrid,
    NoticeLabel,
    ProblemLabel,
    make_column,
    make_label,
)
from enigma_panel.ui.widgets.inputs import LineEdit

MAX_DIGITS = 15
"""Longer figures are no limit that anybody means; they are reported as out of range."""


class LimitsForm(QWidget):
    """Time limit, tokens, domains to avoid, and the way to start.

    rules: of the dialect that the task would be written in; what it lacks is hidden. `mistyped` and
    `limits` together say all that was typed.
    """

    def __init__(self, rules: ServiceRules) -> None:
        super().__init__()
        self.time_limit = LineEdit()
        self.input_tokens = LineEdit()
        self.output_tokens = LineEdit()
        self.avoid_domains = LineEdit()
        self.time_note = make_label(role="dim", wrap=True)
        self.unused = NoticeLabel()
        self._rules = rules
        self.one_call = QCheckBox(tr("One call (cannot be paused or answered in its first 50 s)"))
        self.grid = FieldGrid()
        self.problems: dict[Field, ProblemLabel] = {}
        self._build()
        self.set_rules(rules)

    def _build(self) -> None:
        grid = self.grid
        add = grid.add_field
        time_problem = add(tr("Time limit"), self.time_limit)
        grid.add_below(self.time_note)
        self.problems = {
            Field.TIME_LIMIT: time_problem,
            Field.INPUT_TOKENS: add(tr("Input tokens"), self.input_tokens),
            Field.OUTPUT_TOKENS: add(tr("Output tokens"), self.output_tokens),
            Field.AVOID_DOMAINS: add(tr("Avoid domains"), self.avoid_domains),
        }
        grid.add_wide(self.unused)
        grid.add_wide(self.one_call)
        self.setLayout(make_column(grid))
        self.time_limit.setPlaceholderText(str(MAX_TIME_S))
        self.input_tokens.setPlaceholderText(str(MAX_TOKENS))
        self.output_tokens.setPlaceholderText(str(MAX_TOKENS))
        self.avoid_domains.setPlaceholderText("example.com, example.org")

    def set_rules(self, rules: ServiceRules) -> None:
        """The task would be written in a dialect with these rules."""
        self._rules = rules
        self.time_note.setText(time_note(rules))
        self.grid.show_field(self.avoid_domains, shown=rules.has_avoid_domains)
        if not rules.has_avoid_domains:
            self.problems[Field.AVOID_DOMAINS].clear()
        self._show_unused()

    def _show_unused(self) -> None:
        """What stands in a field that is hidden."""
        domains = self.avoid_domains.text().strip()
        is_unused = bool(domains) and not self._rules.has_avoid_domains
        text = tr(
            "Avoid domains ({domains}) is not used: {service} has no such field.",
            domains=shorten(domains, 200),
            service=self._rules.name,
        )
        self.unused.show_text(text if is_unused else "")

    def field_widgets(self) -> dict[Field, LineEdit]:
        """The fields by what they hold."""
        return {
            Field.TIME_LIMIT: self.time_limit,
            Field.INPUT_TOKENS: self.input_tokens,
            Field.OUTPUT_TOKENS: self.output_tokens,
            Field.AVOID_DOMAINS: self.avoid_domains,
        }

    def mistyped(self) -> dict[Field, str]:
        """Fields that should hold a number and hold something else, with the sentence to say."""
        ranges = {
            Field.TIME_LIMIT: tr(
                "The time limit is {low} to {high} seconds.", low=MIN_TIME_S, high=MAX_TIME_S
            ),
            Field.INPUT_TOKENS: _token_text(),
            Field.OUTPUT_TOKENS: _token_text(),
        }
        fields = self.field_widgets()
        return {
            field: text
            for field, text in ranges.items()
            if fields[field].text().strip() and number_in(fields[field].text()) is None
        }

    def limits(self) -> Limits:
        """What was typed; a field that holds no number counts as empty (see `mistyped`)."""
        seconds = number_in(self.time_limit.text())
        return Limits(
            max_duration_ms=None if seconds is None else seconds * 1000,
            max_input_tokens=number_in(self.input_tokens.text()),
            max_output_tokens=number_in(self.output_tokens.text()),
            avoid_domains=split_domains(self.avoid_domains.text())
            if self._rules.has_avoid_domains
            else (),
        )

    def fill(self, limits: Limits) -> None:
        """Show the limits of an earlier task."""
        millis = limits.max_duration_ms
        self.time_limit.setText("" if millis is None else str(millis // 1000))
        self.input_tokens.setText(_shown(limits.max_input_tokens))
        self.output_tokens.setText(_shown(limits.max_output_tokens))
        self.avoid_domains.setText(", ".join(limits.avoid_domains))
        self._show_unused()

    def clear(self) -> None:
        """Back to the service's own limits."""
        with QSignalBlocker(self.one_call):
            self.one_call.setChecked(False)
        self.fill(NO_LIMITS)


def time_note(rules: ServiceRules) -> str:
    """What a time limit ends."""
    if rules.caps_session:
        return tr(
            "Seconds. {limit} at most, set by the service. It ends the whole session.",
            limit=MAX_TIME_S,
        )
    return tr(
        "Seconds. {limit} at most, set by the service. It ends the task; a session kept open ends "
        "after {minutes} idle minutes.",
        limit=MAX_TIME_S,
        minutes=IDLE_MS // 60_000,
    )


def number_in(text: str) -> int | None:
    """The whole number that a text stands for ("300", "100,000", "100 000", "-5"), else None."""
    digits = text.strip().replace(",", "").replace("\u202f", "").replace(" ", "")
    plain = digits.removeprefix("-")
    if not plain.isascii() or not plain.isdecimal() or len(plain) > MAX_DIGITS:
        return None
    return int(digits)


def _token_text() -> str:
    return tr("Tokens are a number from {low} to {high}.", low=0, high=f"{MAX_TOKENS:,}")


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)
