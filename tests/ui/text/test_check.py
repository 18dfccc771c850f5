"""Every finding has its sentence."""

import pytest

from enigma_panel.api.address import AddressProblem, BadAddressError, parse_base_url
from enigma_panel.core.models import BrowserOptions, Limits, OutputType, Proxy, TaskSpec
from enigma_panel.core.service_rules import Field
from enigma_panel.core.validation import (
    Finding,
    Problem,
    check_key,
    check_output_schema,
    check_spec,
)
from enigma_panel.ui.new_task.limits import number_in
from enigma_panel.ui.text.check import address_text, finding_text

BAD_SPECS = [
    TaskSpec(text=" "),
    TaskSpec(text="x" * 20_001),
    TaskSpec(text="x", starting_url="amazon.com"),
    TaskSpec(text="x", starting_url="file:///etc/passwd"),
    TaskSpec(text="x", starting_url="javascript:alert(1)"),
    TaskSpec(text="x", starting_url="https://"),
    TaskSpec(text="x", starting_url="https://a b"),
    TaskSpec(text="x", limits=Limits(max_duration_ms=301_000)),
    TaskSpec(text="x", limits=Limits(max_duration_ms=0)),
    TaskSpec(text="x", limits=Limits(max_input_tokens=-1)),
    TaskSpec(text="x", limits=Limits(max_output_tokens=100_001)),
    TaskSpec(text="x", limits=Limits(avoid_domains=("ads", "{x}"))),
    TaskSpec(text="x", browser=BrowserOptions(environment_id="{x} y")),
    TaskSpec(text="x", browser=BrowserOptions(proxy=Proxy.SERVICE, proxy_country="{x}")),
    TaskSpec(text="x", browser=BrowserOptions(proxy=Proxy.SOCKS, proxy_address="{x}")),
    TaskSpec(text="x", browser=BrowserOptions(proxy=Proxy.HTTP, proxy_address="a:b@{x}:1")),
]
BAD_KEYS = [
    "",
    "a b",
    "a\nb",
    "ä",
    "Authorization: Bearer enig_1",
    " enig_1",
    "k" * 5_000,
    "a\x00b",
]


@pytest.mark.parametrize("spec", BAD_SPECS)
def test_a_bad_task_is_told_in_sentences(spec: TaskSpec) -> None:
    sentences = [finding_text(finding) for finding in check_spec(spec)]
    assert sentences
    assert all(sentence.endswith((".", ":", "/", "m")) for sentence in sentences)
    assert all("{" not in s.replace("{x}", "") for s in sentences)


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_bad_key_is_told_and_never_repeated(key: str) -> None:
    (finding, *_) = check_key(key)
    sentence = finding_text(finding)
    assert sentence.endswith(".")
    assert "enig_1" not in sentence


@pytest.mark.parametrize("problem", Problem)
@pytest.mark.parametrize("field", [Field.KEY, Field.STARTING_URL])
def test_no_problem_is_without_words(field: Field, problem: Problem) -> None:
    params: dict[str, str | int] = {"length": 1, "limit": 2, "low": 0, "high": 1}
    params |= {"domain": "x", "scheme": "y"}
    assert finding_text(Finding(field=field, problem=problem, params=params))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Enter a schema or columns for the result."),
        ("{", "This is not JSON (line 1, column 2)."),
        ('{"a": NaN}', "This is not JSON."),
        ('["price"]', "A JSON Schema is an object in braces."),
    ],
)
def test_a_bad_schema_is_told(text: str, said: str) -> None:
    (finding,) = check_output_schema(OutputType.JSON, text)
    assert finding_text(finding) == said


def test_bad_columns_are_told() -> None:
    (finding,) = check_output_schema(OutputType.CSV, "[]")
    assert finding_text(finding) == "Enter at least one column, and a name for each."


@pytest.mark.parametrize("problem", AddressProblem)
def test_every_bad_address_has_words(problem: AddressProblem) -> None:
    assert address_text(problem)


@pytest.mark.parametrize(
    "text", ["", "example.com", "ftp://x.example", "http://x.example", "https://x/y"]
)
def test_bad_addresses_are_told(text: str) -> None:
    with pytest.raises(BadAddressError) as caught:
        parse_base_url(text)
    assert address_text(caught.value.problem)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("300", 300),
        (" 100,000 ", 100_000),
        ("100 000", 100_000),
        ("-5", None),
        ("", None),
        ("3.5", None),
        ("abc", None),
        ("٣", None),
        ("9" * 5_000, None),
    ],
)
def test_numbers_as_people_type_them(text: str, number: int | None) -> None:
    assert number_in(text) == number
