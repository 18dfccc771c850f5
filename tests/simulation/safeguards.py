"""Every safeguard of the program, and how it is switched off: by replacing one function of it.

The program itself has no hooks for this. What a switch-off leaves is a program with one well-known
mistake; the suite shows that the simulation finds it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from tests.simulation import (
    switch_caps,
    switch_core,
    switch_ledger,
    switch_live,
    switch_queue,
    switch_replies,
    switch_send,
    switch_text,
)

Patch = tuple[Any, str, Any]
"""What is replaced: owner, name, and by what."""

SWITCHES: dict[str, Callable[[], list[Patch]]] = {
    **switch_core.SWITCHES,
    **switch_ledger.SWITCHES,
    **switch_queue.SWITCHES,
    **switch_live.SWITCHES,
    **switch_send.SWITCHES,
    **switch_text.SWITCHES,
    **switch_replies.SWITCHES,
    **switch_caps.SWITCHES,
}
"""The patches of each switch-off by the name of what goes wrong."""


@contextmanager
def without(name: str | None) -> Iterator[None]:
    """The program without that safeguard; None: the program as it is."""
    with ExitStack() as stack:
        for owner, attribute, new in SWITCHES[name]() if name is not None else []:
            if isinstance(owner, dict):
                stack.enter_context(patch.dict(owner, {attribute: new}))
            else:
                stack.enter_context(patch.object(owner, attribute, new))
        yield
