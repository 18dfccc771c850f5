"""Long texts pass the wall in pieces, and the program does other things in between."""

import asyncio
from dataclasses import replace

from enigma_panel.core.observation import Observation
from enigma_panel.core.redaction import Redactor

LONG_CHARS = 200_000
"""A shorter text passes in less time than a window takes to be drawn (16 ms)."""


async def redact_in_chunks(redactor: Redactor, seen: Observation) -> Observation:
    """The same fact; a long text of it has passed the wall.

    One who is cancelled meanwhile gets it all the same, at once, and is cancelled where it waits
    next, at the latest in `cancel_now`: what the service told is handed to the ledger before the
    program ends.
    """
    if seen.text is None or seen.is_clean or len(seen.text) <= LONG_CHARS:
        return seen
    pieces = redactor.pieces(seen.text)
    cleaned: list[str] = []
    try:
        for piece in pieces:
            cleaned.append(piece)
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        cleaned += pieces
        _cancel_later()
    return replace(seen, text="".join(cleaned), is_clean=True)


async def cancel_now() -> None:
    """For the end of what began with `redact_in_chunks`: a cancellation that was put off must not
    go past the time limit that asked for it and hit what comes after that.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        await asyncio.sleep(0)


def _cancel_later() -> None:
    """Once, and not twice: who asked for it may count (asyncio.timeout does)."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
        task.cancel()
