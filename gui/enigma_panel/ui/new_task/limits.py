"""The form 'Limits and options' of a new task."""

import json
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from enigma_panel.core.models import NO_LIMITS, BrowserOptions, OutputType, Proxy, TaskSpec
from enigma_panel.core.service_rules import Field, ServiceRules
from enigma_panel.core.validation import (
    MAX_TIME_S,
    NUMBERS,
    columns_schema,
    out_of_range,
    split_domains,
    unsupported_fields,
    without_unsupported,
)
from enigma_panel.ui.i18n import Translations, number_text, read_number, shorten
from enigma_panel.ui.text.check import field_name, finding_text
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import (
    FieldGrid,
    NoticeLabel,
    ProblemLabel,
    make_button,
    make_column,
    make_label,
)
from enigma_panel.ui.widgets.inputs import ChoiceBox, LineEdit, TextEdit

tr = Translations("New task")

SCHEMA_LINES = 4

_OF_BROWSER = frozenset({Field.ENVIRONMENT, Field.POLICY, Field.PROXY})

SCHEMA_EXAMPLE = '{"type": "object", "properties": {"price": {"type": "number"}}}'


class LimitsForm(QWidget):
    """The form: numbers, domains to avoid, form of the result, browser, way to start.

    rules: of the dialect that the task would be written in; the fields it lacks are hidden.
    `mistyped` and `complete` together report all that was typed. more_button: shows and hides the
    form; it stands outside. resized: the form was shown or hidden, or fields of it were.
    """

    resized = Signal()

    def __init__(self, rules: ServiceRules) -> None:
        super().__init__()
        self.more_button = make_button(tr("Limits and options"), "link")
        self.more_button.setCheckable(True)
        self.numbers = {field: LineEdit() for field in NUMBERS}
        self.avoid_domains = LineEdit()
        forms = (
            (tr("Text"), OutputType.TEXT),
            (tr("JSON (with a schema)"), OutputType.JSON),
            (tr("Table (name the columns)"), OutputType.CSV),
        )
        self.output_type = ChoiceBox(forms)
        self.schema = TextEdit(SCHEMA_LINES)
        self.environment = LineEdit()
        self.policy = LineEdit()
        proxies = (
            (tr("None"), Proxy.NONE),
            (tr("The service's own (traffic costs extra)"), Proxy.SERVICE),
            (tr("My own, HTTP"), Proxy.HTTP),
            (tr("My own, SOCKS"), Proxy.SOCKS),
        )
        self.proxy = ChoiceBox(proxies)
        self.country = LineEdit()
        self.address = LineEdit()
        self.time_note = make_label(role="dim", wrap=True)
        self.unused = NoticeLabel()
        self.one_call = QCheckBox(tr("One call (can't be paused or answered in its first 50 s)"))
        self.grid = FieldGrid()
        self.problems: dict[Field, ProblemLabel] = {}
        self._rules = rules
        self._in_open_browser = False
        self._schema_of = OutputType.JSON
        self._other_schema = ""
        self._build()
        self.more_button.toggled.connect(self._show_form)
        self.output_type.currentIndexChanged.connect(self._change_output)
        self.proxy.currentIndexChanged.connect(self._show_fields)
        for field, widget in self.field_widgets().items():
            if isinstance(widget, ChoiceBox):
                widget.currentIndexChanged.connect(self.resized)
            else:
                widget.textChanged.connect(self.problems[field].clear)
        self._show_form(shown=False)
        self.set_rules(rules)

    def _build(self) -> None:
        grid = self.grid
        for field, widget in self.field_widgets().items():
            self.problems[field] = grid.add_field(field_name(field), widget)
            if field is Field.TIME_LIMIT:
                grid.add_below(self.time_note)
        grid.add_wide(self.unused)
        grid.add_wide(self.one_call)
        self.setLayout(make_column(grid))
        for field, box in self.numbers.items():
            box.setPlaceholderText(number_text(NUMBERS[field].high))
        self.avoid_domains.setPlaceholderText("example.com, example.org")
        self.environment.setPlaceholderText(tr("Environment ID"))
        self.policy.setPlaceholderText(tr("Policy ID"))
        self.country.setPlaceholderText(tr("Any, or two letters"))
        self.address.setPlaceholderText("proxy.example.com:8080")

    def set_rules(self, rules: ServiceRules, *, in_open_browser: bool = False) -> None:
        """Use the rules of a dialect, for a new browser or an open one.

        Environment, policy and proxy of an open browser cannot be changed.
        """
        self._in_open_browser = in_open_browser and not _OF_BROWSER.isdisjoint(rules.names)
        self._rules = _without_browser_fields(rules) if in_open_browser else rules
        self.time_note.setText(time_note(rules))
        self._show_fields()
        self._show_unused()
        if unsupported_fields(self._typed(), self._rules):
            self.more_button.setChecked(True)

    def _show_form(self, shown: bool) -> None:
        self.setVisible(shown)
        self.more_button.show_glyph(Glyph.DOWN if shown else Glyph.CHEVRON, "mark")
        self.resized.emit()

    def _show_fields(self) -> None:
        names, proxy = self._rules.names, self._proxy()
        depends = {
            Field.OUTPUT_SCHEMA: Field.OUTPUT_TYPE in names
            and self._output() is not OutputType.TEXT,
            Field.PROXY_COUNTRY: Field.PROXY in names and proxy is Proxy.SERVICE,
            Field.PROXY_ADDRESS: Field.PROXY in names and proxy in {Proxy.HTTP, Proxy.SOCKS},
        }
        for field, widget in self.field_widgets().items():
            is_shown = depends.get(field, field in names)
            self.grid.show_field(widget, shown=is_shown)
            if not is_shown:
                self.problems[field].clear()

    def _change_output(self) -> None:
        """Show the text of the chosen form; a schema and columns are kept apart."""
        output = self._output()
        if output not in {OutputType.TEXT, self._schema_of}:
            shown = self.schema.text()
            self.schema.setPlainText(self._other_schema)
            self._other_schema, self._schema_of = shown, output
        is_csv = output is OutputType.CSV
        self.grid.rename_field(self.schema, tr("Columns") if is_csv else tr("JSON Schema"))
        hint = tr("name, price (separated by commas, or one per line)")
        self.schema.setPlaceholderText(hint if is_csv else SCHEMA_EXAMPLE)
        self._show_fields()

    def _show_unused(self) -> None:
        """Name each hidden field that holds a value: it is not sent."""
        hint = tr("Environment, policy and proxy were chosen when the browser opened.")
        texts = [
            self._unused_text(field) for field in unsupported_fields(self._typed(), self._rules)
        ]
        role = "notice" if texts else "dim"
        self.unused.show_text("\n".join(texts) or (hint if self._in_open_browser else ""), role)

    def _unused_text(self, field: Field) -> str:
        widget = self.field_widgets()[field]
        text = widget.currentText() if isinstance(widget, ChoiceBox) else widget.text().strip()
        name, value = widget.accessibleName(), shorten(text, 200)
        if self._in_open_browser and field in _OF_BROWSER:
            return tr(
                "{field} ({value}) is not used: the browser is already open.",
                field=name,
                value=value,
            )
        return tr(
            "{field} ({value}) is not used: {service} has no such field.",
            field=name,
            value=value,
            service=self._rules.name,
        )

    def field_widgets(self) -> dict[Field, LineEdit | TextEdit | ChoiceBox]:
        """Return the fields by what they hold, from top to bottom."""
        return {
            **self.numbers,
            Field.AVOID_DOMAINS: self.avoid_domains,
            Field.OUTPUT_TYPE: self.output_type,
            Field.OUTPUT_SCHEMA: self.schema,
            Field.ENVIRONMENT: self.environment,
            Field.POLICY: self.policy,
            Field.PROXY: self.proxy,
            Field.PROXY_COUNTRY: self.country,
            Field.PROXY_ADDRESS: self.address,
        }

    def mistyped(self) -> dict[Field, str]:
        """Return the fields that should hold a number and do not, with the sentence to say."""
        return {
            field: finding_text(out_of_range(field, 0))
            for field, box in self.numbers.items()
            if box.text().strip() and number_in(box.text()) is None
        }

    def complete(self, spec: TaskSpec) -> TaskSpec:
        """Return the task with what was typed here, as far as its dialect has it.

        A field that holds no number counts as empty (see `mistyped`).
        """
        typed = self._typed()
        whole = replace(
            spec,
            limits=typed.limits,
            browser=typed.browser,
            output_type=typed.output_type,
            output_schema=typed.output_schema,
        )
        return without_unsupported(whole, self._rules)

    def _typed(self) -> TaskSpec:
        """Return all that was typed, also what the dialect lacks."""
        proxy, output = self._proxy(), self._output()
        own = proxy in {Proxy.HTTP, Proxy.SOCKS}
        schema = "" if output is OutputType.TEXT else self.schema.text()
        return TaskSpec(
            text="",
            limits=replace(
                NO_LIMITS,
                avoid_domains=split_domains(self.avoid_domains.text()),
                **self._typed_numbers(),
            ),
            browser=BrowserOptions(
                environment_id=self.environment.text().strip(),
                policy_id=self.policy.text().strip(),
                proxy=proxy,
                proxy_country=self.country.text().strip() if proxy is Proxy.SERVICE else "",
                proxy_address=self.address.text().strip() if own else "",
            ),
            output_type=output,
            output_schema=columns_schema(schema) if output is OutputType.CSV else schema,
        )

    def _typed_numbers(self) -> dict[str, Any]:
        """Return the numbers by the names that Limits has for them."""
        typed = {field: number_in(box.text()) for field, box in self.numbers.items()}
        return {
            NUMBERS[field].name: number * NUMBERS[field].parts
            for field, number in typed.items()
            if number is not None
        }

    def _proxy(self) -> Proxy:
        return Proxy(self.proxy.currentData())

    def _output(self) -> OutputType:
        return OutputType(self.output_type.currentData())

    def fill(self, spec: TaskSpec) -> None:
        """Show an earlier task's limits and options; *One call* is switched off."""
        browser, is_csv = spec.browser, spec.output_type is OutputType.CSV
        for field, box in self.numbers.items():
            number = NUMBERS[field].typed(spec.limits)
            box.setText("" if number is None else str(number))
        self.avoid_domains.setText(", ".join(spec.limits.avoid_domains))
        self.output_type.setCurrentIndex(self.output_type.findData(spec.output_type))
        self.schema.setPlainText(
            shown_columns(spec.output_schema) if is_csv else spec.output_schema
        )
        self._other_schema = ""
        self.environment.setText(browser.environment_id)
        self.policy.setText(browser.policy_id)
        self.proxy.setCurrentIndex(self.proxy.findData(browser.proxy))
        self.country.setText(browser.proxy_country)
        self.address.setText(browser.proxy_address)
        self.one_call.setChecked(False)
        self._show_unused()
        if has_options(spec):
            self.more_button.setChecked(True)

    def clear(self) -> None:
        """Set all fields back to the service's own limits, and hide them."""
        self.fill(TaskSpec(text=""))
        self.more_button.setChecked(False)


def _without_browser_fields(rules: ServiceRules) -> ServiceRules:
    """Return the rules for an open browser, whose environment, policy and proxy are fixed."""
    names = {field: name for field, name in rules.names.items() if field not in _OF_BROWSER}
    return replace(rules, names=names)


def has_options(spec: TaskSpec) -> bool:
    """Return whether a task has more than its text, its address, its place and its login."""
    return spec != TaskSpec(
        text=spec.text,
        starting_url=spec.starting_url,
        close_after=spec.close_after,
        login=spec.login,
    )


def shown_columns(schema: str) -> str:
    """Return the columns' names with commas, if `columns_schema` makes the same schema of them."""
    try:
        names = ", ".join(json.loads(schema))
    except (ValueError, TypeError, RecursionError):
        return schema
    return names if columns_schema(names) == schema else schema


def time_note(rules: ServiceRules) -> str:
    if rules.caps_session:
        return tr(
            "Up to {limit} seconds (set by the service). Ends the whole session.", limit=MAX_TIME_S
        )
    return tr(
        "Up to {limit} seconds (set by the service). Ends the task. A session kept open "
        "closes after {time}.",
        limit=MAX_TIME_S,
        time=tr.plural("{n} idle minute", "{n} idle minutes", rules.idle_ms // 60_000),
    )


def number_in(text: str) -> int | None:
    """Return the whole number that a text stands for ("300", "100,000", "100 000"), else None."""
    number = read_number(text)
    return int(number) if number is not None and number == int(number) else None
