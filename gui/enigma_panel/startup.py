"""Start after the first paint, in order: all that may wait for disk, keychain or network."""

import asyncio
import gc
import logging
from functools import partial

from PySide6.QtCore import QSysInfo

from enigma_panel.bootstrap import Parts, load_client
from enigma_panel.core.models import SessionState, shown_state
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.desktop.notifications import make_notifier
from enigma_panel.desktop.power import Power, SleepBus
from enigma_panel.features import FEATURES
from enigma_panel.features.feature import Host
from enigma_panel.runtime import event_loop
from enigma_panel.services.clock import SystemClock
from enigma_panel.services.recovery import recover
from enigma_panel.services.types import NoticeKind
from enigma_panel.store.files import Problem, ProblemKind
from enigma_panel.store.ledger.backup import find_copy, make_copy, start_empty, use_copy
from enigma_panel.store.ledger.errors import CorruptLedgerError, LedgerError
from enigma_panel.store.ledger.file_copy import copy_path
from enigma_panel.store.paths import FolderError
from enigma_panel.store.settings import TERMINATE_IDLE
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.recovery.lost_ledger import LedgerChoice, LostLedgerWindow
from enigma_panel.ui.recovery.start_failed import StartFailedWindow
from enigma_panel.ui.theme import theme

log = logging.getLogger(__name__)

CLIENT_S = 60.0
"""How long the client's modules may take to load, in seconds; usually 0.1 s."""
COPY_S = 60.0
_WAITING = frozenset({SessionState.IDLE, SessionState.PAUSED})


class Startup:
    """One start. keeps_copy: whether the ledger is worth a copy (not the demo's)."""

    def __init__(
        self,
        parts: Parts,
        window: MainWindow,
        dialogs: Dialogs,
        *,
        power: Power,
        keeps_copy: bool,
    ) -> None:
        self._parts = parts
        self._window = window
        self._dialogs = dialogs
        self._keeps_copy = keeps_copy
        self._power = power

    async def run(self) -> None:
        """Run the start-up steps in order."""
        gc.freeze()  # what the start made is there to stay: no collection walks it again
        for problem in self._parts.problems:
            self._window.notices.show_problem(problem)
        await self._recover()
        scope = self._parts.services.scope
        scope.spawn("ticks", self._ticks())
        self._install_features()
        manager = self._dialogs
        self._power.unlocked.connect(manager.show_question_anew)
        # One may be seen now.
        theme.application().focusWindowChanged.connect(manager.look_for_questions)
        await event_loop.blocking(load_client, time_limit=CLIENT_S)
        await self._parts.services.account.load()
        manager.start()
        scope.spawn("health", self._parts.services.health.run())
        scope.spawn("power", self._power.run())
        if self._keeps_copy:
            scope.spawn("ledger copy", self._copy_ledger())

    def _install_features(self) -> None:
        services, window = self._parts.services, self._window
        notifier = make_notifier(services.scope)
        notifier.setParent(window)
        host = Host(services=services, window=window, dialogs=self._dialogs, notifier=notifier)
        for feature in FEATURES:
            feature.install(host)

    async def _copy_ledger(self) -> None:
        """Copy the ledger once all is shown: the search for damage would delay that."""
        path, now = self._parts.ledger.path, self._parts.services.clock.now_ms()
        try:
            await event_loop.blocking(partial(make_copy, path, now), time_limit=COPY_S)
        except CorruptLedgerError as error:
            await self._repair(error)
        except LedgerError as error:
            log.warning("the ledger was not copied: %s", error.reason)
            kind, path = ProblemKind.UNWRITABLE, copy_path(path)
            self._window.notices.show_problem(Problem(kind=kind, path=path, reason=error.reason))
        except event_loop.BlockingTimeoutError as error:
            log.warning("the copy of the ledger was not finished: %s", error)

    async def _repair(self, damage: CorruptLedgerError) -> None:
        """Rebuild the indexes; where that does not help, offer the copy."""
        log.warning("the ledger has damage: %s", damage.reason)
        ledger, kind, copy = self._parts.ledger, ProblemKind.REPAIRED, None
        try:
            await self._parts.ledger_thread.run(ledger.rebuild_indexes)
        except LedgerError:
            kind = ProblemKind.DAMAGED
            find = partial(find_copy, ledger.path)
            copy = await event_loop.blocking(find, time_limit=COPY_S)
        self._window.notices.show_problem(
            Problem(kind=kind, path=ledger.path, reason=damage.reason, copy=copy)
        )

    async def _recover(self) -> None:
        try:
            recovered = await recover(self._parts.services, machine_id())
            self._window.show_recovered(recovered)
        except LedgerError as error:
            self._window.show_ledger(error)

    async def _ticks(self) -> None:
        clock, standby = self._parts.services.clock, self._parts.services.standby
        resumed = asyncio.Event()
        standby.ended.connect(resumed.set)
        while True:
            resumed.clear()
            event_loop.collect_garbage()
            try:
                self._power.tick()
                await self._parts.services.housekeeping.tick()
                self._parts.services.live.tick()
            except Exception:  # one bad second must not end lifetimes and figures for the run
                log.exception("a tick failed")
            await clock.wait(resumed, clock.now_ms() + standby.interval_ms())


def machine_id() -> bytes:
    """The id of this computer, empty where the system gives none."""
    return bytes(QSysInfo.machineUniqueId().data())


async def offer_copy(error: LedgerError, leave: asyncio.Event) -> bool:
    """Offer the copy, as the ledger is lost, or of a newer version: go on with it, or with an empty
    one?

    False to quit. What was in the ledger's place is kept beside it. leave: somebody ends the
    program meanwhile.
    """
    copy = await event_loop.blocking(partial(find_copy, error.path), time_limit=COPY_S)
    window = LostLedgerWindow(error, copy, SystemClock().now_ms())
    choice = await event_loop.unless(leave, window.choice())
    window.close()
    match choice:
        case LedgerChoice.USE_COPY:
            act = use_copy
        case LedgerChoice.START_EMPTY:
            act = start_empty
        case _:
            return False
    await event_loop.blocking(partial(act, error.path), time_limit=COPY_S)
    return True


async def offer_retry(
    error: FolderError | LedgerError, leave: asyncio.Event, *, demo: bool, again: bool
) -> bool:
    """Offer to try again, as the disk refuses; True when to. leave: as for `offer_copy`."""
    window = StartFailedWindow(error, demo=demo, again=again)
    answer = await event_loop.unless(leave, window.answer())
    window.close()
    return answer is True


def make_power(parts: Parts) -> Power:
    """Make the watch over the computer's sleep, which may terminate idle sessions before it."""
    power = Power(
        open_bus=_open_bus,
        wants_inhibit=lambda: bool(_to_end(parts)),
        before_sleep=lambda: parts.services.sessions.command(_to_end(parts), CommandVerb.TERMINATE),
        clock=parts.services.clock,
        scope=parts.services.scope,
    )
    power.woke.connect(lambda slept_ms: _wake(parts, slept_ms))
    return power


def _open_bus() -> SleepBus:
    from enigma_panel.desktop.dbus import Logind  # noqa: PLC0415 - 12 ms

    return Logind()


def _to_end(parts: Parts) -> list[int]:
    """The sessions that nobody works in, where none is to stay open in a sleep."""
    if parts.services.settings.value.before_sleep != TERMINATE_IDLE:
        return []
    sessions = parts.services.sessions
    records = (sessions.session(key) for key in sessions.terminable_keys())
    return [
        session.key
        for session in records
        if session is not None
        and sessions.is_ours(session)
        and shown_state(session, sessions.current_task(session)) in _WAITING
    ]


def _wake(parts: Parts, slept_ms: int) -> None:
    """Ask for everything after a sleep, and say how long it was."""
    parts.services.poller.wake_all()
    parts.services.live.renew()
    parts.services.health.ask_now()
    if slept_ms:
        seconds = slept_ms // 1000
        parts.services.notices.notify(NoticeKind.WENT_TO_SLEEP, seconds=seconds)
