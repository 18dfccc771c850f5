"""What a person types: what passes, what is said about the rest, and what is offered."""

from typing import Any

import pytest

from enigma_panel.core import validation as c
from enigma_panel.core.models import BrowserOptions, Limits, OutputType, Proxy, TaskSpec
from enigma_panel.core.service_rules import Field
from enigma_panel.core.validation import Problem
from tests.kit.rows import check_rows

P = Problem


def problems(findings: c.Findings) -> list[Problem]:
    return [finding.problem for finding in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Look", []),
        ("x" * 20_000, []),
        ("x" * 20_001, [P.TOO_LONG]),
        ("", [P.EMPTY]),
        (" \n\t\u00a0", [P.EMPTY]),
    ],
    ids=["good", "longest", "too long", "empty", "blank"],
)
def test_task_text(text: str, expected: list[Problem]) -> None:
    assert problems(c.check_task_text(text)) == expected


def test_a_too_long_text_says_by_how_much() -> None:
    (finding,) = c.check_task_text("x" * 20_005)
    assert finding.params == {"length": 20_005, "limit": 20_000}
    assert finding.field is Field.TASK


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "  ",
        "https://amazon.com",
        "HTTP://Example.com:8080/a?b=c#d",
        " https://example.com ",
        "https://bücher.example/ä",
        "http://127.0.0.1:5000",
        "https://[::1]/x",
    ],
)
def test_good_starting_urls(url: str | None) -> None:
    assert c.check_starting_url(url) == ()


@pytest.mark.parametrize(
    ("url", "problem", "suggested"),
    [
        ("example.com", P.MISSING_SCHEME, "https://example.com"),
        ("www.example.com/a?b", P.MISSING_SCHEME, "https://www.example.com/a?b"),
        ("example.com:8080/x", P.MISSING_SCHEME, "https://example.com:8080/x"),
        ("localhost:3000", P.MISSING_SCHEME, "https://localhost:3000"),
        ("//example.com", P.MISSING_SCHEME, "https://example.com"),
        ("file:///etc/passwd", P.BAD_SCHEME, None),
        ("FILE:///etc/passwd", P.BAD_SCHEME, None),
        ("javascript:alert(1)", P.BAD_SCHEME, None),
        ("data:text/html,x", P.BAD_SCHEME, None),
        ("chrome://settings", P.BAD_SCHEME, None),
        ("mailto:ann@example.com", P.BAD_SCHEME, None),
        ("http://", P.NO_HOST, None),
        ("https:/example.com", P.NO_HOST, None),
        ("https:example.com", P.NO_HOST, None),
        ("https://exa mple.com", P.BAD_URL, None),
        ("https://example.com/\nx", P.BAD_URL, None),
        ("https://example.com\\@evil.example", P.BAD_URL, None),
        ("https://example.com:99999", P.BAD_URL, None),
        ("https://[::1", P.BAD_URL, None),
        ("https://-x.example", P.BAD_URL, None),
        ("https://1.2.3", P.BAD_URL, None),
    ],
)
def test_bad_starting_urls(url: str, problem: Problem, suggested: str | None) -> None:
    (finding,) = c.check_starting_url(url)
    assert (finding.problem, finding.suggested) == (problem, suggested)
    assert finding.field is Field.STARTING_URL
    assert suggested is None or c.check_starting_url(suggested) == ()


def test_a_bad_scheme_is_named() -> None:
    (finding,) = c.check_starting_url("JavaScript:alert(1)")
    assert finding.params == {"scheme": "javascript"}


@pytest.mark.parametrize(
    ("field", "name", "low", "high", "parts"),
    [
        (Field.TIME_LIMIT, "max_duration_ms", 1, 300, 1000),
        (Field.INPUT_TOKENS, "max_input_tokens", 0, 100_000, 1),
        (Field.OUTPUT_TOKENS, "max_output_tokens", 0, 100_000, 1),
    ],
)
def test_limits(field: Field, name: str, low: int, high: int, parts: int) -> None:
    def check(value: int | None) -> c.Findings:
        return c.check_numbers(Limits(**{name: None if value is None else value * parts}))

    assert check(None) == check(low) == check(high) == ()
    for value in (low - 1, high + 1, 10**30):
        (finding,) = check(value)
        assert (finding.field, finding.problem) == (field, P.OUT_OF_RANGE)
        assert finding.params == {"value": value, "low": low, "high": high}


def test_domains_are_split_and_bad_ones_named() -> None:
    typed = " Ads.example, tracker.example;\n10.0.0.1  ads.example ,, bücher.example"
    split = c.split_domains(typed)
    assert split == ("ads.example", "tracker.example", "10.0.0.1", "bücher.example")
    assert c.check_avoid_domains(split) == ()
    assert c.split_domains(" ,\n") == ()
    bad = ("https://x.example", "x.example/a", "amazon", "*.example.com", "-x.com", "a..b", "1.2.3")
    findings = c.check_avoid_domains((*bad, "good.example"))
    assert [finding.params["domain"] for finding in findings] == list(bad)
    assert set(problems(findings)) == {P.BAD_DOMAIN}


JSON, CSV, TEXT = OutputType.JSON, OutputType.CSV, OutputType.TEXT
DEEP = "[" * 1_000_000  # from Python 3.14 on the stack is the limit, not a count
SCHEMAS = (
    (TEXT, "no schema at all", None),
    (JSON, "{}", None),
    (JSON, '{"type": "text", "$ref": "http://a.example"}', None),
    (CSV, '["name", "price, net"]', None),
    (JSON, " ", P.EMPTY),
    (CSV, "", P.EMPTY),
    (JSON, "{'a': 1}", P.NO_JSON),
    (JSON, '{"minimum": NaN}', P.NO_JSON),
    (JSON, '{"minimum": %s}' % ("9" * 5_000), P.NO_JSON),
    (JSON, DEEP, P.NO_JSON),
    (JSON, '["name", "price"]', P.NO_SCHEMA),
    (JSON, '"object"', P.NO_SCHEMA),
    (CSV, "name, price", P.NO_JSON),
    (CSV, "[]", P.NO_COLUMNS),
    (CSV, '["name", " "]', P.NO_COLUMNS),
    (CSV, '["name", 5]', P.NO_COLUMNS),
    (CSV, '{"name": "price"}', P.NO_COLUMNS),
)


def test_a_schema_is_json_and_columns_are_a_list_of_names() -> None:
    def check(output: OutputType, text: str, problem: Problem | None) -> None:
        spec = TaskSpec(text="Look", output_type=output, output_schema=text)
        found = [(finding.field, finding.problem) for finding in c.check_spec(spec)]
        assert found == ([] if problem is None else [(Field.OUTPUT_SCHEMA, problem)])

    check_rows(SCHEMAS, check)


def test_a_whole_spec_is_checked() -> None:
    good = TaskSpec(text="Look", starting_url="https://a.example", limits=Limits())
    assert c.check_spec(good) == ()
    limits = Limits(
        max_duration_ms=300_001, max_input_tokens=-1, max_output_tokens=100_001,
        avoid_domains=("x",),
    )  # fmt: skip
    browser = BrowserOptions(environment_id="a b")
    spec = TaskSpec(text="", starting_url="a.example", limits=limits, browser=browser)
    findings = c.check_spec(spec)
    assert [finding.field for finding in findings] == [
        *(Field.TASK, Field.STARTING_URL, Field.TIME_LIMIT, Field.INPUT_TOKENS),
        *(Field.OUTPUT_TOKENS, Field.AVOID_DOMAINS, Field.ENVIRONMENT),
    ]


def test_what_a_browser_is_opened_with() -> None:
    def check(fields: dict[str, Any], *found: tuple[Field, P]) -> None:
        findings = c.check_browser(BrowserOptions(**fields))
        assert [(finding.field, finding.problem) for finding in findings] == list(found)

    def own(address: str, kind: Proxy = Proxy.HTTP) -> dict[str, Any]:
        return {"proxy": kind, "proxy_address": address}

    def service(country: str) -> dict[str, Any]:
        return {"proxy": Proxy.SERVICE, "proxy_country": country}

    address, no_country = Field.PROXY_ADDRESS, (Field.PROXY_COUNTRY, P.BAD_COUNTRY)
    check_rows(
        [
            ({},),
            ({"environment_id": "66f1c2", "policy_id": "pol-1"},),
            (
                {"environment_id": "a b", "policy_id": "a\n"},
                (Field.ENVIRONMENT, P.BAD_ID),
                (Field.POLICY, P.BAD_ID),
            ),
            ({"environment_id": "64f0\u200b"}, (Field.ENVIRONMENT, P.BAD_ID)),
            (service(""),),
            (service("US"),),
            (service("Spain"), no_country),
            (service("ß1"), no_country),
            (own("proxy.example:8080"),),
            (own("10.0.0.1:1", Proxy.SOCKS),),
            (own("[2001:db8::1]:65535"),),
            (own(""), (address, P.BAD_ADDRESS)),
            (own("proxy.example"), (address, P.BAD_ADDRESS)),
            (own("proxy.example:"), (address, P.BAD_ADDRESS)),
            (own(":8080"), (address, P.BAD_ADDRESS)),
            (own("proxy.example:0"), (address, P.BAD_ADDRESS)),
            (own("proxy.example:65536"), (address, P.BAD_ADDRESS)),
            (own("proxy.example:٣"), (address, P.BAD_ADDRESS)),
            (own("2001:db8::1:2"), (address, P.BAD_ADDRESS)),  # which part is the port?
            (own("[2001:db8::1:80"), (address, P.BAD_ADDRESS)),
            (own("[fe80::1%a b]:80"), (address, P.BAD_ADDRESS)),
            (own("http://proxy.example:8080"), (address, P.BAD_ADDRESS)),
            (own("proxy.example:8080:me:secret"), (address, P.BAD_ADDRESS)),
            (own("me:secret@proxy.example:8080", Proxy.SOCKS), (address, P.USER_INFO)),
        ],
        check,
    )


def test_columns_as_people_name_them() -> None:
    def check(typed: str, schema: str) -> None:
        assert c.columns_schema(typed) == schema

    check_rows(
        [
            ("name, price", '["name", "price"]'),
            (" name \n\nprice,\n", '["name", "price"]'),
            ('Größe "L"', '["Größe \\"L\\""]'),
            ('["a, b", "c"]', '["a, b", "c"]'),
            ("[no list", "[no list"),  # the check of the schema says what is wrong
            (" \n", "[]"),
        ],
        check,
    )


@pytest.mark.parametrize(
    ("millis", "is_good"), [(999, False), (1000, True), (300_000, True), (300_001, False)]
)
def test_the_time_limit_of_a_spec_is_in_milliseconds(millis: int, is_good: bool) -> None:
    spec = TaskSpec(text="Look", limits=Limits(max_duration_ms=millis))
    assert (c.check_spec(spec) == ()) is is_good


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", P.EMPTY),
        ("Authorization: Bearer enig_abc", P.HEADER_PASTED),
        ("bearer   enig_abc", P.HEADER_PASTED),
        ('-H "Authorization: Bearer enig_abc" \\', P.HEADER_PASTED),
        ("enig abc", P.BAD_KEY),
        ("enig\tabc", P.BAD_KEY),
        ("enig\u00a0abc", P.BAD_KEY),
        ("enig\nabc", P.BAD_KEY),
        ("enig\u2028abc", P.BAD_KEY),
        ("enig\0abc", P.BAD_KEY),
        ("enig\x7fabc", P.BAD_KEY),
        ("enig_schlüssel", P.BAD_KEY),
        ("enig_аbc", P.BAD_KEY),  # a Cyrillic letter
        ("x" * 1_001, P.TOO_LONG),
    ],
)
def test_keys_with_a_problem(text: str, problem: Problem) -> None:
    (finding,) = c.check_key(text)
    assert finding.problem is problem
    assert finding.field is Field.KEY
    assert "enig" not in repr(finding)


@pytest.mark.parametrize("key", ["enig_demo", "wr_x", "any-form.of+key/=", "x" * 1_000, "bearer"])
def test_good_keys(key: str) -> None:
    assert c.check_key(key) == ()


@pytest.mark.parametrize(
    ("url", "text", "site"),
    [
        ("https://www.Amazon.com/x", "see ebay.com", "amazon.com"),
        ("https://shop.example.co.uk:8080", "", "shop.example.co.uk"),
        ("http://127.0.0.1:5000/x", "", "127.0.0.1"),
        ("file:///x", "see ebay.com", "ebay.com"),
        (None, "Go to amazon.com and search", "amazon.com"),
        (None, "Compare www.ebay.de, amazon.com.", "ebay.de"),
        (None, "open (https://www.heise.de/a.html) then ebay.com", "heise.de"),
        (None, "ebay.com first, then https://heise.de", "ebay.com"),
        (None, "Lies WIKIPEDIA.ORG!", "wikipedia.org"),
        (None, "besuche bücher.de", "bücher.de"),
        (None, "mail ann@example.com", "session"),
        (None, "open report.pdf and Node.js, e.g. v1.2", "session"),
        (None, "It is done.Then go on.In the end", "session"),
        (None, "no site at all", "session"),
        (None, "", "session"),
        ("https://" + "a" * 63 + ".example", "", "a" * 60),
    ],
)
def test_site_of(url: str | None, text: str, site: str) -> None:
    assert c.site_of(TaskSpec(text=text, starting_url=url)) == site
