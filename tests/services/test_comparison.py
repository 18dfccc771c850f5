"""A result is compared with its schema in a process that ends, whatever the schema does."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from enigma_panel.core.models import OutputType, TaskSpec
from enigma_panel.core.structured_output import Doubt
from enigma_panel.core.validation import Findings
from enigma_panel.services import comparison, structured_results
from enigma_panel.services.comparison import OPTION, compare
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


def test_a_pattern_that_runs_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "ORPHAN_S", 60)  # when it would end by itself
    began = time.monotonic()
    result = compare(*FOR_EVER, limit_s=1)
    assert result.doubt is Doubt.UNCHECKED
    assert time.monotonic() - began < 60


@pytest.fixture
def endless(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A comparison that takes for ever, ended after so many seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "enigma_panel", OPTION, str(request.param)],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(FOR_EVER))
        process.stdin.close()
        yield process
        process.kill()


@pytest.mark.parametrize("endless", [1], indirect=True)
def test_it_ends_by_itself_should_nobody_wait_for_it(endless: subprocess.Popen[str]) -> None:
    assert endless.wait(30) == 1


@pytest.mark.parametrize("endless", [60], indirect=True)
def test_it_ends_with_the_persons_desktop(endless: subprocess.Popen[str]) -> None:
    time.sleep(1)  # it is at it
    endless.terminate()
    assert endless.wait(10) == -signal.SIGTERM


async def test_a_schema_is_checked_while_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def check(_output: OutputType, _schema: str) -> Findings:
        threads.append(threading.current_thread())
        return ()

    monkeypatch.setattr(structured_results, "check_output_schema", check)
    await StructuredResults().check(SPEC)
    (thread,) = threads
    assert thread is not threading.main_thread()


async def test_it_is_read_and_compared_while_others_go_on() -> None:
    results = StructuredResults()
    assert (await results.read(SPEC, '{"a": 1}')).value == {"a": "1"}
    compared = await results.compare(SPEC, '{"a": 1}')
    assert compared.details["rule"] == "type"


async def test_what_takes_too_long_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structured_results, "LIMIT_S", 0.0)
    assert (await StructuredResults().read(SPEC, "[" + "1," * 200_000 + "1]")).doubt is not None
