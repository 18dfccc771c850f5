"""Structured results for a window that stays alive while schemas are checked, and results read."""

import asyncio
from collections.abc import Callable
from functools import partial

from enigma_panel.core.models import OutputType, TaskSpec
from enigma_panel.core.result_formats import ReadResult, ResultFormat, copied_text, read_formats
from enigma_panel.core.structured_output import (
    Doubt,
    StructuredResult,
    check_output_schema,
    read_result,
)
from enigma_panel.core.validation import Findings
from enigma_panel.runtime.event_loop import BlockingTimeoutError, blocking
from enigma_panel.services.comparison import COMPARE_S, compare

SETTLE_S = 0.2
"""Who is cancelled before has only passed by: no process is started."""
LIMIT_S = 3.0 * COMPARE_S


class StructuredResults:
    """Nothing is kept: who shows a result asks once."""

    async def check(self, spec: TaskSpec) -> Findings:
        """What is wrong with the schema of a task that is about to be sent."""
        if spec.output_type is OutputType.TEXT:
            return ()
        call = partial(check_output_schema, spec.output_type, spec.output_schema)
        return await blocking(call, time_limit=LIMIT_S)

    async def read(self, spec: TaskSpec, text: str) -> StructuredResult:
        """What a result holds."""
        return await _in_thread(partial(read_result, spec.output_type, spec.output_schema, text))

    async def read_formats(self, spec: TaskSpec, text: str) -> ReadResult:
        """What a result can be shown and copied as; text alone, where that takes too long."""
        try:
            return await blocking(partial(read_formats, spec, text), time_limit=LIMIT_S)
        except BlockingTimeoutError:
            return ReadResult(text=text)

    async def copied_text(self, result: ReadResult, to: ResultFormat) -> str:
        """The result in another form; as it came, where that takes too long."""
        try:
            return await blocking(partial(copied_text, result, to), time_limit=LIMIT_S)
        except BlockingTimeoutError:
            return result.text

    async def compare(self, spec: TaskSpec, text: str) -> StructuredResult:
        """Whether a JSON text fits its schema: MISFIT, UNCHECKED, or no doubt."""
        await asyncio.sleep(SETTLE_S)
        return await _in_thread(partial(compare, spec.output_schema, text))


async def _in_thread(call: Callable[[], StructuredResult]) -> StructuredResult:
    try:
        return await blocking(call, time_limit=LIMIT_S)
    except BlockingTimeoutError:
        return StructuredResult(doubt=Doubt.UNCHECKED)
