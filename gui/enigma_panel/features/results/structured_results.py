"""Results read and copied in a thread, so that the window stays alive meanwhile."""

from functools import partial

from enigma_panel.core.models import TaskSpec
from enigma_panel.features.results.result_formats import (
    ReadResult,
    ResultFormat,
    copied_text,
    read_formats,
)
from enigma_panel.features.results.structured_output import Doubt, StructuredResult
from enigma_panel.runtime.event_loop import BlockingTimeoutError, blocking

LIMIT_S = 30.0
"""Longest reading of a result; one of 1 MB takes a tenth of a second."""


class StructuredResults:
    """Reads results and keeps nothing: each view asks once."""

    async def read_formats(self, spec: TaskSpec, text: str) -> ReadResult:
        """What a result holds, and what it can be shown and copied as; text alone, with a doubt,
        where that takes too long."""
        try:
            return await blocking(partial(read_formats, spec, text), time_limit=LIMIT_S)
        except BlockingTimeoutError:
            return ReadResult(text=text, structured=StructuredResult(doubt=Doubt.TOO_SLOW))

    async def copied_text(self, result: ReadResult, to: ResultFormat) -> str:
        """The result in another form; as it came, where that takes too long."""
        try:
            return await blocking(partial(copied_text, result, to), time_limit=LIMIT_S)
        except BlockingTimeoutError:
            return result.text
