"""Watching a session of the model."""

from __future__ import annotations

from typing import Any

from enigma_panel.simulator.responses import Body
from tests.simulator.world import World

Told = tuple[float, str, Body]


def watched(world: World, session_id: str) -> list[Told]:
    """Watch a session; the list grows."""
    told: list[Told] = []
    world.service.watch(session_id, lambda name, payload: told.append((world.time, name, payload)))
    return told


def kinds(told: list[Told]) -> list[str]:
    return [str(payload["type"]) for _, _, payload in told]


def emit(world: World, session_id: str, **message: Any) -> None:
    world.service.receive(session_id, message)
