"""For all tests: own folders, no real keychain, coroutines on the qasync loop, a silent log."""

import asyncio
import gc
import inspect
import logging
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_API"] = "pyside6"
# One backend that takes nothing: no test may reach the keychain of whoever runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
# Programs that tests start must not speak to the desktop of whoever runs them.
os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere/bus"
# A run under nohup hands an ignored SIGHUP on, which the program then rightly ignores.
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

import pytest
from hypothesis import settings
from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication

from enigma_panel.runtime.event_loop import EventLoop, collect_garbage
from enigma_panel.ui.i18n import ENGLISH
from tests.kit.clock import VirtualClock
from tests.kit.simulator_process import SimulatorProcess

TIME_LIMIT_S = 150
"""Of a test that is a coroutine; it only ends those that hang."""
TESTS = Path(__file__).parent
SLOW = ("simulation/", "api/test_reader_fuzz.py", "store/ledger/test_damage_anywhere.py")
"""Folders and files of tests that need neither process nor window and take many seconds of CPU."""

FIRST = (
    "test_all_invariants_hold",
    "test_kill_in_the_middle_and_everything_is_back",
    "test_at_the_cap_of_the_day_nothing_starts_over_a_kill_until_it_is_raised",
    "test_no_browser_is_free",
    "test_the_program_starts_without_any_feature",
    "test_a_seed_gives_the_same_trace_twice",
    "test_what_was_red_once_holds",
)
"""The tests that take longest: begun last, one worker would end a minute after the others."""
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))

# Others each time; what tests need more of, they say.
settings.register_profile("push", max_examples=40)
settings.load_profile("push")

# What tests compare is in the language of the code, whatever the tester's desktop speaks.
QLocale.setDefault(ENGLISH)

# As the program does it; else the last window of one test that closes ends the loop of the next.
QGuiApplication.setQuitOnLastWindowClosed(False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what .ci/quick leaves out besides the tests and modules that are marked themselves."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "simulator" in fixtures or "seed_service" in fixtures:
            item.add_marker(pytest.mark.process)
        # Whatever shows something stands on it: qtbot, window, world, services, no_window_left.
        place = item.nodeid.removeprefix("tests/")
        if "qapp" in fixtures and place.startswith(("ui/", "features/")):
            item.add_marker(pytest.mark.window)
        if place.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    yield
    items[:] = _long_ones_first(items)


def _long_ones_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Some in front of each worker's share: `--dist worksteal` gives each a stretch of the list."""
    order = {name: place for place, name in enumerate(FIRST)}
    named = [(item.name.partition("[")[0], item) for item in items]
    long = sorted((x for x in named if x[0] in order), key=lambda x: order[x[0]])
    rest = [item for name, item in named if name not in order]
    size, ordered = len(items) / WORKERS, list[pytest.Item]()
    for worker in range(WORKERS):
        ordered += [item for _, item in long[worker::WORKERS]]
        end = round(size * (worker + 1)) - len(ordered)
        ordered += rest[:end]
        del rest[:end]
    return ordered


def pytest_collection_finish() -> None:
    """Modules and collected items are there to stay: no collection walks them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the tester's home is read or written."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "ENIGMA_API_KEY"):
        monkeypatch.delenv(name, raising=False)


class LogWatch(logging.Handler):
    """Collects warnings and errors of the program; a test names those that it expects."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._allowed: list[str] = []

    def allow(self, part: str) -> None:
        self._allowed.append(part)

    def unexpected(self) -> list[str]:
        return [line for line in self.lines if not any(part in line for part in self._allowed)]

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(name)s: %(message)s").format(record))


def _undo_log_set_up() -> None:
    program = logging.getLogger("enigma_panel")
    for handler in list(program.handlers):
        program.removeHandler(handler)
        handler.close()
    program.propagate = True
    program.setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def log_watch() -> Iterator[LogWatch]:
    """Fails the test for warnings that it did not expect."""
    watch = LogWatch()
    loggers = [logging.getLogger(name) for name in ("enigma_panel", "qasync", "asyncio")]
    for logger in loggers:
        logger.addHandler(watch)
    yield watch
    for logger in loggers:
        logger.removeHandler(watch)
    _undo_log_set_up()
    assert watch.unexpected() == []


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test in virtual time, if it has that, or on the program's kind of loop."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    if isinstance(clock := pyfuncitem.funcargs.get("clock"), VirtualClock):
        clock.run(pyfuncitem.obj(**arguments))
        return True
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication([])

    async def limited() -> None:
        await asyncio.wait_for(pyfuncitem.obj(**arguments), TIME_LIMIT_S)

    with asyncio.Runner(loop_factory=lambda: EventLoop(app)) as runner:
        runner.run(limited())
    gc.collect()  # the loop's QObjects must not die in another thread; lost errors come to light
    return True


@pytest.fixture(autouse=True, scope="session")
def collect_in_this_thread() -> Iterator[None]:
    """As the program does it: see loop.collect_garbage."""
    gc.disable()
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def garbage(collect_in_this_thread: None) -> Iterator[None]:
    yield
    collect_garbage()


class Simulator(SimulatorProcess):
    def __init__(self, *arguments: str, keys: tuple[str, ...] = (), live: str = "up") -> None:
        super().__init__("--port", "0", "--live", live, *arguments)
        for key in keys:
            self.stdin.write(f"{key}\n".encode())


LIVE_MODES = ("up", "refuse", "drop")
"""The live channel is there, or refused, or dropped every five seconds of the service's time."""
DROP_S = 5.0

each_live_mode = pytest.mark.parametrize("live_mode", LIVE_MODES)
"""Plays a test three times on every push; for the one test of the whole job."""


def first_and_weekly_each(names: str, values: Iterable[Any]) -> pytest.MarkDecorator:
    """Plays a test with the first of the values on a push, with each in the weekly round."""
    several = "," in names
    first, *others = [pytest.param(*(one if several else (one,))) for one in values]
    weekly = [pytest.param(*other.values, marks=pytest.mark.weekly) for other in others]
    return pytest.mark.parametrize(names, [first, *weekly])


up_and_weekly_each = first_and_weekly_each("live_mode", LIVE_MODES)
"""Plays a test once on a push and three times in the weekly round: what must hold whatever becomes
of the live channel."""


@pytest.fixture
def live_mode() -> str:
    """How the live channel of a test's simulators behaves; tests about REST alone say "off"."""
    return "up"


def live_option(mode: str, arguments: Sequence[str]) -> str:
    """The simulator's own words for a mode: it counts real seconds there, whatever its speed."""
    speed = arguments[arguments.index("--speed") + 1] if "--speed" in arguments else "1"
    return f"drop:{DROP_S / float(speed):g}" if mode == "drop" else mode


@pytest.fixture
def simulator(live_mode: str) -> Iterator[Callable[..., Simulator]]:
    """Starts simulator processes: simulator("--speed", "20") has .url."""
    started: list[Simulator] = []

    def start(*arguments: str, keys: tuple[str, ...] = ()) -> Simulator:
        live = live_option(live_mode, arguments)
        started.append(Simulator(*arguments, keys=keys, live=live))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def seed_service() -> Iterator[Callable[..., SimulatorProcess]]:
    """Starts services that have only what the oldest page documents, as `simulator` does."""
    from tests.kit.seed_service import SeedService  # imports the whole simulator

    started: list[SimulatorProcess] = []

    def start(*arguments: str) -> SimulatorProcess:
        started.append(SeedService(*arguments))
        return started[-1]

    yield start
    for one in started:
        one.stop()
