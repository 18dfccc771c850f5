"""Results are read in a thread that nobody waits for too long."""

import pytest

from enigma_panel.core.models import OutputType, TaskSpec
from enigma_panel.features.results import structured_results
from enigma_panel.features.results.result_formats import ResultFormat
from enigma_panel.features.results.structured_output import Doubt
from enigma_panel.features.results.structured_results import StructuredResults

SPEC = TaskSpec(text="x", output_type=OutputType.JSON, output_schema="{}")


async def test_a_result_is_read_and_copied() -> None:
    results = StructuredResults()
    read = await results.read_formats(SPEC, '{"a":1}')
    assert read.structured.value == {"a": "1"}
    assert await results.copied_text(read, ResultFormat.JSON) == '{\n  "a": 1\n}'


async def test_what_takes_too_long_is_a_text_with_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structured_results, "LIMIT_S", 0.0)
    read = await StructuredResults().read_formats(SPEC, "[" + "1," * 200_000 + "1]")
    assert (read.formats, read.structured.doubt) == ((ResultFormat.TEXT,), Doubt.TOO_SLOW)
