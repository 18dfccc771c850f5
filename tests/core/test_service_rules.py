"""What dialects have in common with hosts, keys and refusals."""

from msgspec.structs import replace

from enigma_panel.core.models import NO_LIMITS, BrowserOptions, Limits, OutputType, Proxy, TaskSpec
from enigma_panel.core.service_rules import (
    RULES,
    Dialect,
    Field,
    dialect_of_host,
    fits_host,
    host_of_keys,
)
from enigma_panel.core.validation import unsupported_fields, without_unsupported

ENIGMA, WEBRUN = "connect.enigma.click", "connect.webrun.ai"
E, W1, W2 = Dialect.E, Dialect.W1, Dialect.W2


def test_hosts() -> None:
    assert [dialect_of_host(host) for host in (ENIGMA, WEBRUN, "staging.example")] == [E, W2, E]
    fits = {host: [d for d in Dialect if fits_host(d, host)] for host in (ENIGMA, WEBRUN, "other")}
    assert fits == {ENIGMA: [E], WEBRUN: [W1, W2], "other": [E, W1, W2]}


def test_keys_that_are_for_another_host() -> None:
    assert host_of_keys("wr_", ENIGMA) == WEBRUN
    fit = [("wr_", WEBRUN), ("enig_", ENIGMA), ("enig_", WEBRUN), ("wr_", "other"), ("x_", ENIGMA)]
    assert {host_of_keys(prefix, host) for prefix, host in fit} == {None}


def test_a_refusal_asks_for_another_dialect_or_for_none() -> None:
    switches = {dialect: dict(rules.switches) for dialect, rules in RULES.items()}
    assert switches == {
        E: {"MISSING_PROMPT": W2},
        W1: {"MISSING_PROMPT": W2},
        W2: {"MISSING_TASK_DETAILS": E},
    }


def test_what_a_dialect_lacks_is_left_out() -> None:
    spec = TaskSpec(
        text="Look",
        limits=Limits(avoid_domains=("ads.example",)),
        browser=BrowserOptions(
            environment_id="e", policy_id="p", proxy=Proxy.SERVICE, proxy_country="US"
        ),
        output_type=OutputType.CSV,
        output_schema='["name"]',
    )
    unused = {dialect: unsupported_fields(spec, rules) for dialect, rules in RULES.items()}
    of_webrun = (Field.ENVIRONMENT, Field.POLICY, Field.PROXY, Field.OUTPUT_TYPE)
    assert unused == {E: of_webrun, W1: (), W2: (Field.AVOID_DOMAINS,)}
    assert unsupported_fields(TaskSpec(text="Look"), RULES[W2]) == ()
    left = {dialect: without_unsupported(spec, rules) for dialect, rules in RULES.items()}
    assert left == {
        E: TaskSpec(text="Look", limits=spec.limits),
        W1: spec,
        W2: replace(spec, limits=NO_LIMITS),
    }
