"""Start after the first paint, in order: all that may wait for disk, keychain or network."""

import asyncio
import gc
import logging
from functools import partial

from enigma_panel.bootstrap import Parts, load_client
from enigma_panel.desktop.notifications import make_notifier
from enigma_panel.features import FEATURES
from enigma_panel.features.feature import Host
from enigma_panel.runtime import event_loop
from enigma_panel.services.clock import SleepMeter, SystemClock
from enigma_panel.services.container import Services
from enigma_panel.services.recovery import recover
from enigma_panel.services.types import NoticeKind
from enigma_panel.store.files import Problem, ProblemKind
from enigma_panel.store.ledger.backup import find_copy, make_copy, start_empty, use_copy
from enigma_panel.store.ledger.errors import CorruptLedgerError, LedgerError
from enigma_panel.store.ledger.file_copy import copy_path
from enigma_panel.store.paths import FolderError
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.recovery.lost_ledger import LedgerChoice, LostLedgerWindow
from enigma_panel.ui.recovery.start_failed import StartFailedWindow
from enigma_panel.ui.theme import theme

log = logging.getLogger(__name__)

CLIENT_S = 60.0
"""How long the client's modules may take to load, in seconds; usually 0.1 s."""
COPY_S = 60.0


class Startup:
    """One start. keeps_copy: whether the ledger is worth a copy (not the demo's)."""

    def __init__(
        self, parts: Parts, window: MainWindow, dialogs: Dialogs, *, keeps_copy: bool
    ) -> None:
        self._parts = parts
        self._window = window
        self._dialogs = dialogs
        self._keeps_copy = keeps_copy

    async def prepare(self) -> None:
        """Load the records of earlier runs and add the features; neither network nor keychain."""
        gc.freeze()  # what the start made is there to stay: no collection walks it again
        for problem in self._parts.problems:
            self._window.notices.show_problem(problem)
        await self._recover()
        self._parts.services.scope.spawn("ticks", self._ticks())
        self._install_features()

    async def run(self) -> None:
        """Connect to the service; after `prepare`."""
        scope = self._parts.services.scope
        # One may be seen now.
        theme.application().focusWindowChanged.connect(self._dialogs.look_for_questions)
        await event_loop.blocking(load_client, time_limit=CLIENT_S)
        await self._parts.services.account.load()
        self._dialogs.start()
        scope.spawn("health", self._parts.services.health.run())
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
            recovered = await recover(self._parts.services)
            self._window.show_recovered(recovered)
        except LedgerError as error:
            self._window.show_ledger(error)

    async def _ticks(self) -> None:
        clock, standby = self._parts.services.clock, self._parts.services.standby
        sleep, resumed = SleepWatch(self._parts.services), asyncio.Event()
        standby.ended.connect(resumed.set)
        while True:
            resumed.clear()
            event_loop.collect_garbage()
            try:
                sleep.tick()
                await self._parts.services.housekeeping.tick()
                self._parts.services.live.tick()
            except Exception:  # one bad second must not end lifetimes and figures for the run
                log.exception("a tick failed")
            await clock.wait(resumed, clock.now_ms() + standby.interval_ms())


class SleepWatch:
    """Asks for everything after a sleep of the computer, and says how long it was."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._meter = SleepMeter()
        self._slept_ms = 0

    def tick(self) -> None:
        """Look whether the computer slept meanwhile."""
        slept_ms = self._meter.slept_ms()
        gap_ms, self._slept_ms = slept_ms - self._slept_ms, slept_ms
        if gap_ms:
            self._services.poller.wake_all()
            self._services.live.renew()
            self._services.health.ask_now()
            notify = self._services.notices.notify
            notify(NoticeKind.WENT_TO_SLEEP, seconds=gap_ms // 1000)


async def offer_copy(error: LedgerError, leave: asyncio.Event) -> bool:
    """Offer the copy, as the ledger is lost: go on with it, or with an empty one?

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
