"""The machine around us: sleep, waking up, the unlocked screen, notices; wired to the services."""

import sys
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QApplication

from enigma_panel.build import Parts
from enigma_panel.core.models import SessionState, StateVerb, shown_state
from enigma_panel.front import bring_to_front
from enigma_panel.services.done_notifier import DoneNotice, Notifier
from enigma_panel.services.notice_bus import BusNotifier, NoticeBus
from enigma_panel.services.power import Power, SleepBus
from enigma_panel.services.types import NoticeKind
from enigma_panel.store.settings import TERMINATE_IDLE
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.notification import action_text, done_text

_WAITING = frozenset({SessionState.IDLE, SessionState.PAUSED})


def make_power(parts: Parts) -> Power:
    """Watches the computer's sleep, and terminates idle sessions before it where that is wanted."""
    power = Power(
        open_bus=_open_bus,
        wants_hold=lambda: bool(_to_end(parts)),
        before_sleep=lambda: parts.services.fleet.command(_to_end(parts), StateVerb.TERMINATE),
        clock=parts.services.clock,
        scope=parts.scope,
    )
    power.woke.connect(lambda slept_ms: _wake(parts, slept_ms))
    return power


def make_done_notice(parts: Parts, window: MainWindow, redact: Callable[[str], str]) -> DoneNotice:
    """Tells of ended tasks while no window of ours has the focus; lives as long as the window.

    Make it when the records of earlier runs are loaded: what ended in them is no news. redact: the
    wall before all that leaves us.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    notifier = _make_notifier(parts)
    notice = DoneNotice(
        parts.registry,
        notifier,
        words=done_text,
        redact=redact,
        has_focus=lambda: QApplication.activeWindow() is not None,
        is_wanted=lambda: parts.settings.value.tell_when_done,
        clock=parts.services.clock,
        scope=parts.scope,
    )
    notice.setParent(window)
    notifier.setParent(notice)
    app.focusWindowChanged.connect(notice.follow_focus)
    notice.opened.connect(lambda key, token: _open_result(window, key, token))
    return notice


def _make_notifier(parts: Parts) -> Notifier:
    """Elsewhere than on Linux nothing is shown: Qt's own way needs an icon in the tray first."""
    if sys.platform != "linux":
        return Notifier()
    return BusNotifier(partial(_open_notices, action_text()), parts.scope)


def _open_notices(action: str) -> NoticeBus:
    from enigma_panel.desktop_notices import (  # noqa: PLC0415 - as logind below
        DesktopNotices,
    )

    return DesktopNotices.open(action)


def _open_result(window: MainWindow, key: int, token: str) -> None:
    """Show it, and come to the front with the desktop's leave, where it gave one."""
    window.open_result(key)
    bring_to_front(window, token)


def _open_bus() -> SleepBus:
    from enigma_panel.logind import Logind  # noqa: PLC0415 - its D-Bus library is not for the start

    return Logind.open()


def _to_end(parts: Parts) -> list[int]:
    """Sessions that nobody works in, where they are not to stay open while the computer sleeps."""
    if parts.settings.value.before_sleep != TERMINATE_IDLE:
        return []
    fleet = parts.services.fleet
    sessions = (fleet.session(key) for key in fleet.terminable_keys())
    return [
        session.key
        for session in sessions
        if session is not None
        and fleet.is_ours(session)
        and shown_state(session, fleet.current_task(session)) in _WAITING
    ]


def _wake(parts: Parts, slept_ms: int) -> None:
    """What is shown is of before: ask for everything, and say how long it was."""
    parts.assembly.poller.wake_all()
    parts.assembly.live.renew()
    parts.services.health.ask_now()
    if slept_ms:
        seconds = slept_ms // 1000
        parts.assembly.notices.notify(NoticeKind.WENT_TO_SLEEP, None, None, None, seconds=seconds)
