"""A result is compared with its schema in a process that ends, whatever the schema does."""

import json
import signal
import subprocess
import sys
import time

import pytest

from enigma_panel.core.models import OutputType, TaskSpec
from enigma_panel.core.structured_output import Doubt
from enigma_panel.services import structured_results
from enigma_panel.services.comparison import OPTION, ORPHAN_S, compare
from enigma_panel.services.structured_results import StructuredResults

pytestmark = pytest.mark.process
SPEC = TaskSpec(text="x", output_type=OutputType.JSON, output_schema='{"type": "array"}')

FOR_EVER = ('{"pattern": "^(a+)+$"}', json.dumps("a" * 60 + "b"))


@pytest.mark.parametrize(
    ("schema", "value", "doubt"),
    [
        ({"items": {"type": "number"}}, [1, 2.5], None),
        ({"items": {"type": "number"}}, [1, "2.5"], Doubt.MISFIT),
        ({"pattern": "^[a-z]+$"}, "ABC", Doubt.MISFIT),
        ({"pattern": "("}, "ABC", Doubt.UNCHECKED),
        ({"$ref": "#"}, 1, Doubt.UNCHECKED),
    ],
)
def test_what_is_compared(schema: object, value: object, doubt: Doubt | None) -> None:
    assert compare(json.dumps(schema), json.dumps(value)).doubt is doubt


def test_a_pattern_that_runs_for_ever_is_ended() -> None:
    began = time.monotonic()
    result = compare(*FOR_EVER, limit_s=1)
    assert result.doubt is Doubt.UNCHECKED
    assert time.monotonic() - began < ORPHAN_S


def test_it_ends_by_itself_should_nobody_wait_for_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "enigma_panel", OPTION, "1"],
        input=json.dumps(FOR_EVER),
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == -signal.SIGALRM


async def test_it_is_read_and_compared_while_others_go_on() -> None:
    results = StructuredResults()
    assert (await results.read(SPEC, '{"a": 1}')).value == {"a": "1"}
    compared = await results.compare(SPEC, '{"a": 1}')
    assert compared.details["rule"] == "type"


async def test_what_takes_too_long_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structured_results, "LIMIT_S", 0.0)
    assert (await StructuredResults().read(SPEC, "[" + "1," * 200_000 + "1]")).doubt is not None
