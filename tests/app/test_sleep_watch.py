"""A sleep of the computer is noticed, said, and everything is asked for anew."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from enigma_panel import startup
from enigma_panel.services.clock import SleepMeter
from enigma_panel.services.types import NoticeKind

SECOND = 1_000_000_000


def test_after_a_sleep_everything_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = SimpleNamespace(awake=0, boot=0)
    meter = SleepMeter(lambda: clocks.awake, lambda: clocks.boot)
    monkeypatch.setattr(startup, "SleepMeter", lambda: meter)
    done: list[object] = []
    services = SimpleNamespace(
        poller=SimpleNamespace(wake_all=lambda: done.append("poll")),
        live=SimpleNamespace(renew=lambda: done.append("live")),
        health=SimpleNamespace(ask_now=lambda: done.append("health")),
        notices=SimpleNamespace(notify=lambda kind, *, seconds: done.append((kind, seconds))),
    )
    watch = startup.SleepWatch(cast("Any", services))
    clocks.awake, clocks.boot = SECOND, 3 * SECOND  # too short
    watch.tick()
    assert done == []
    clocks.boot += 600 * SECOND
    watch.tick()
    watch.tick()
    assert done == ["poll", "live", "health", (NoticeKind.WENT_TO_SLEEP, 600)]
