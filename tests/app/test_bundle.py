"""The one-folder bundle for Linux: built for this machine, then tried as a stranger would."""

import os
import select
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.demo.simulator_process import DEMO_KEY
from enigma_panel.services.clock import SystemClock
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.paths import folders_below
from tests.kit.wait import wait_for

ROOT = Path(__file__).parents[2]
BUILD_LIMIT_S = 900
LIMIT_S = 40

KEYRING_TOOLS = ("dbus-run-session", "gnome-keyring-daemon")


pytestmark = [
    pytest.mark.process,
    pytest.mark.weekly,
    pytest.mark.skipif(sys.platform != "linux", reason="the bundle is for Linux"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that goes at once: pytest would keep three bundles of its last runs."""
    with tempfile.TemporaryDirectory(prefix="enigma-panel-bundle-") as name:
        yield Path(name)


def test_the_bundle(folder: Path) -> None:
    """One test, so that it is built once, however the tests are spread over processes."""
    told = _build(folder)
    bundle = folder / "dist" / "enigma-panel"
    assert "NotConnectedError" in told, "without a service: said, and no failure"
    assert "keychain: memory" in told, "without a keychain: said, and no failure"
    assert not [path for path in bundle.rglob("*") if not path.exists()], "links into nothing"
    assert not list(bundle.rglob("libQt6Qml*")), "what no window uses stays out"
    assert list((folder / "dist").glob("*.tar.xz"))
    _sees_the_keychain(bundle, folder / "keyring-home")
    _ends_with_its_parent(bundle, folder / "demo-home")
    _speaks_live(bundle, folder / "live-home")


def _build(folder: Path) -> str:
    """Run the one command, which also runs --version, --self-check and --smoke."""
    where = ("--here", "--dist", str(folder / "dist"), "--work", str(folder / "work"))
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "build.py"), *where],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUILD_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _environment(home: Path) -> dict[str, str]:
    for part in (home, home / "run", home / "tmp"):
        part.mkdir(mode=0o700)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "QT_QPA_PLATFORM": "offscreen",
    }


def _sees_the_keychain(bundle: Path, home: Path) -> None:
    """keyring's backends are found by metadata and imported by name: easily left behind."""
    if any(shutil.which(tool) is None for tool in KEYRING_TOOLS):
        return
    script = 'printf x | gnome-keyring-daemon --unlock --daemonize >/dev/null && exec "$@"'
    asked = ("--self-check", "--base-url", "http://127.0.0.1:9")
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, "sh", bundle / "enigma-panel", *asked],
        env=_environment(home),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert "keychain: the GNOME keyring\nkey: absent\n" in done.stdout, done.stderr


def _ends_with_its_parent(bundle: Path, home: Path) -> None:
    """kill -9 leaves the program no say; its simulator ends all the same."""
    with subprocess.Popen([bundle / "enigma-panel", "--demo"], env=_environment(home)) as parent:
        try:
            child = wait_for(lambda: _children(parent.pid), LIMIT_S)[0]
            wait_for(lambda: _listens(child), LIMIT_S)
            assert _foreign_libraries(child, bundle) == set()
            watch = os.pidfd_open(child)
        finally:
            parent.kill()
    try:
        ended, _, _ = select.select([watch], [], [], LIMIT_S)
    finally:
        os.close(watch)
    assert ended, "the simulator outlived the program"


def _speaks_live(bundle: Path, home: Path) -> None:
    """Both sides of the live channel load libraries by name."""
    env = {**_environment(home), "ENIGMA_API_KEY": DEMO_KEY}
    with _running([bundle / "enigma-panel", "--simulator", "--faults"], env) as simulator:
        assert simulator.stdout is not None
        url = simulator.stdout.readline().strip()
        _remember_session(url, home / "data")
        command = [bundle / "enigma-panel", "--base-url", url, "--data-dir", home / "data"]
        with _running(command, env):
            wait_for(lambda: _live(url)["open"], LIMIT_S)
            wait_for(lambda: "agent" in _kinds_of_steps(home / "data"), LIMIT_S)


def _kinds_of_steps(data: Path) -> set[str]:
    """What stands in all time lines of the ledger, which may be in use."""
    with closing(sqlite3.connect(next(data.rglob("ledger.sqlite3")))) as ledger:
        return {row[0] for row in ledger.execute("SELECT kind FROM steps")}


@contextmanager
def _running(command: list[str | Path], env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process that is told to end, and ends in order."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()
        assert process.wait(LIMIT_S) == 0


def _live(url: str) -> dict[str, Any]:
    state: dict[str, Any] = httpx.get(f"{url}/_sim/state", trust_env=False, verify=False).json()[
        "live"
    ]
    return state


def _remember_session(url: str, data: Path) -> None:
    """A data folder whose ledger knows an open session at work."""
    headers = {"Authorization": f"Bearer {DEMO_KEY}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, verify=False) as http:
        session = http.post("/start/start-session", json={"mode": "default"}).json()
        message = {"actionType": "newTask", "newState": "start", "taskDetails": "Research"}
        with suppress(httpx.ReadTimeout):  # it is held; the task has begun
            body = {"sessionId": session["sessionId"], "message": message}
            http.post("/start/send-message", json=body, timeout=0.2)
        (known,) = http.get("/_sim/state").json()["sessions"]
    folders = folders_below(data)
    folders.prepare()
    now = SystemClock().now_ms()
    with Ledger.open(folders.ledger)[0] as ledger:
        fingerprint = ledger.key_fingerprint(DEMO_KEY, url)
        opening = Session(
            base_url=url,
            key_fingerprint=fingerprint,
            site="shop.example",
            since_ms=now,
            created_ms=now,
        )
        spec = TaskSpec(text="Research", close_after=False)
        task = Task(session_key=0, verb=TaskVerb.NEW_TASK, spec=spec, since_ms=now, created_ms=now)
        intent = ledger.open_intent(IntentKind.START_SESSION, opening, task, now)
        assert intent.task is not None
        opened = replace(
            intent.session,
            phase=Phase.OPEN,
            opened_ms=now,
            expires_ms=now + 300_000,
            service_id=known["sessionId"],
            socket_url=session["socketURL"],
        )
        task_id = known["tasks"][-1]["taskId"]
        working = replace(intent.task, status=TaskStatus.WORKING, service_id=task_id, sent_ms=now)
        ledger.settle(intent.key, Outcome.KNOWN, now, opened, working)


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _listens(pid: int) -> bool:
    try:
        targets = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:  # one was closed while we looked
        return False
    return any(target.startswith("socket:") for target in targets)


def _foreign_libraries(pid: int, bundle: Path) -> set[str]:
    """Libraries that a process took from the system though the bundle brings them along."""
    ours = {path.name.partition(".so")[0] for path in (bundle / "_internal").glob("*.so*")}
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    loaded = {Path(line.split()[-1]) for line in maps if ".so" in line}
    return {
        str(path)
        for path in loaded
        if path.name.partition(".so")[0] in ours and not path.is_relative_to(bundle)
    }
