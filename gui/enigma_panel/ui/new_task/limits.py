"""The form 'Limits and options' of a new task."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QWidget

from enigma_panel.core.models import NO_LIMITS, Limits
from enigma_panel.core.validation import MAX_TIME_S, MAX_TOKENS, MIN_TIME_S, Field, split_domains
from enigma_panel.ui.i18n import tr
from enigma_panel.ui.widgets.basics import FieldGrid, ProblemLabel, make_column
from enigma_panel.ui.widgets.inputs import LineEdit

MAX_DIGITS = 15
"""Longer figures are no limit that anybody means; they are reported as out of range."""


class LimitsForm(QWidget):
    """Time limit, tokens, domains to avoid, and the way to start.

    `mistyped` and `limits` together say all that was typed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.time_limit = LineEdit()
        self.input_tokens = LineEdit()
        self.output_tokens = LineEdit()
        self.avoid_domains = LineEdit()
        self.one_call = QCheckBox(tr("One call (cannot be paused or answered in its first 50 s)"))
        self.grid = FieldGrid()
        self.problems: dict[Field, ProblemLabel] = {}
        self._build()

    def _build(self) -> None:
        grid = self.grid
        note = tr("Seconds. {limit} at most, set by the service.", limit=MAX_TIME_S)
        add = grid.add_field
        self.problems = {
            Field.TIME_LIMIT: add(tr("Time limit"), self.time_limit, note=note),
            Field.INPUT_TOKENS: add(tr("Input tokens"), self.input_tokens),
            Field.OUTPUT_TOKENS: add(tr("Output tokens"), self.output_tokens),
            Field.AVOID_DOMAINS: add(tr("Avoid domains"), self.avoid_domains),
        }
        grid.add_wide(self.one_call)
        self.setLayout(make_column(grid))
        self.time_limit.setPlaceholderText(str(MAX_TIME_S))
        self.input_tokens.setPlaceholderText(str(MAX_TOKENS))
        self.output_tokens.setPlaceholderText(str(MAX_TOKENS))
        self.avoid_domains.setPlaceholderText("example.com, example.org")

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
            avoid_domains=split_domains(self.avoid_domains.text()),
        )

    def fill(self, limits: Limits) -> None:
        """Show the limits of an earlier task."""
        millis = limits.max_duration_ms
        self.time_limit.setText("" if millis is None else str(millis // 1000))
        self.input_tokens.setText(_shown(limits.max_input_tokens))
        self.output_tokens.setText(_shown(limits.max_output_tokens))
        self.avoid_domains.setText(", ".join(limits.avoid_domains))

    def clear(self) -> None:
        """Back to the service's own limits."""
        with QSignalBlocker(self.one_call):
            self.one_call.setChecked(False)
        self.fill(NO_LIMITS)


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
