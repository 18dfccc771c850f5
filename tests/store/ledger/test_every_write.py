"""Every write, not some: killed, refused or without room at each call that writes or syncs.

On a push it is the first, the last and every sixth call of a kind; weekly it is each.

A child (child_faults.py) migrates, plans, starts, answers, saves, deletes, copies and restores;
strace hits the n-th call of one kind, for each n and each kind that a clean run makes.
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase
from enigma_panel.store import settings
from enigma_panel.store.ledger.backup import find_copy, use_copy
from enigma_panel.store.ledger.errors import MissingLedgerError
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.queries import SESSIONS, TASKS
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.store.helpers import kept_session, kept_task, raw

pytestmark = pytest.mark.process

CHILD = Path(__file__).with_name("child_faults.py")
GUI = Path(__file__).parents[3] / "gui"

CALLS = {
    "write": "write",
    "pwrite64": "pwrite64",
    "fsync": "fsync",
    "fdatasync": "fdatasync",
    "ftruncate": "ftruncate",
    "rename": "?rename,?renameat,?renameat2",
    "unlink": "?unlink,?unlinkat",
    "mkdir": "?mkdir,?mkdirat",
    "sendfile": "?sendfile,?sendfile64",
}
"""Name of a call, and all names that it has in the kernel."""

MODES = {
    "killed": "signal=KILL:when={n}",
    "refused": "error=EIO:when={n}",
    "full for a while": "error=ENOSPC:when={n}..{n}+3",
    "full for good": "error=ENOSPC:when={n}+",
}
STRIDE = {"full for good": 5}
"""Its first refusals are those of "full for a while": every fifth point is enough."""

SLICES = {"pwrite64": 6, "unlink": 2, "fdatasync": 2}
"""Into how many tests the points of a call are cut, so that they spread over the workers."""

CASES = [(mode, call, n) for mode in MODES for call in CALLS for n in range(SLICES.get(call, 1))]
PUSH_CASES = [(mode, call) for mode in MODES for call in CALLS]


def _why_not() -> str:
    """Why no process can be traced here, empty where one can."""
    if sys.platform != "linux":
        return "strace is Linux's"
    if shutil.which("strace") is None:
        return "strace is not installed"
    done = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=write", sys.executable, "-c", ""],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else f"no process may be traced here: {done.stderr[:200]}"


@pytest.fixture(scope="session")
def tracing() -> None:
    reason = _why_not()
    if reason:
        pytest.skip(reason)


@dataclass
class Run:
    folder: Path
    lines: list[list[str]] = field(default_factory=list)
    status: int = 0

    def said(self, word: str) -> list[list[str]]:
        """The words after each line's first one, of lines that begin so."""
        return [words[1:] for words in self.lines if words[0] == word]


class Server:
    """The child that forks a run for each point, under a tracer."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._log = folder / "calls.log"
        self._runs = 0
        command = ["strace", "-f", "-qq", "-o", str(self._log), *options]
        self._process = subprocess.Popen(
            [*command, sys.executable, "-B", str(CHILD)],
            env={"PYTHONPATH": str(GUI)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, template: Path, call: str, padding: int) -> Run:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._runs += 1
        run = Run(self._folder / f"run-{self._runs}")
        shutil.copytree(template, run.folder)
        self._process.stdin.write(f"{run.folder} {call} {padding}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            words = line.split()
            if words[0] == "status":
                run.status = int(words[1])
                return run
            run.lines.append(words)
        raise AssertionError(f"the child ended: {self._process.communicate()[1]}")

    def end(self) -> tuple[str, str]:
        """What the tracer saw and what was said on standard error."""
        _, errors = self._process.communicate(timeout=60)
        return self._log.read_text(errors="replace"), errors


@contextmanager
def _server(folder: Path, *options: str) -> Iterator[Server]:
    server = Server(folder, *options)
    try:
        yield server
    finally:
        if server._process.poll() is None:
            server._process.communicate(timeout=60)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a child finds.

    A ledger with a session at work and a start of unknown outcome, settings with 6 browsers.
    """
    folder = tmp_path_factory.mktemp("template")
    (folder / "config").mkdir()
    with Ledger.open(folder / "data" / "ledger.sqlite3")[0] as ledger:
        for outcome in (Outcome.KNOWN, None):
            old, task = new_session(site="old.example"), outcome and new_task("an old task")
            intent = ledger.open_intent(IntentKind.START_SESSION, old, task, NOW)
            if outcome is not None:
                ledger.settle(intent.key, outcome, NOW, replace(intent.session, phase=Phase.OPEN))
    settings.save(folder / "config" / "settings.json", settings.Settings(browsers_at_once=6))
    return folder


@pytest.fixture(scope="session")
def points(tracing: None, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """How many calls of each kind a run makes that nothing happens to."""
    folder = tmp_path_factory.mktemp("clean")
    with _server(folder, "--seccomp-bpf", "-e", f"trace={','.join(CALLS.values())}") as server:
        run = server.run(template, "mkdir", 0)
        log, errors = server.end()
    assert (run.status, errors) == (0, "")
    assert run.lines[-1] == ["end"]
    _check(run)
    names = {name.strip("?"): call for call in CALLS for name in CALLS[call].split(",")}
    return Counter(names[name] for name in re.findall(r"^\d+ +(\w+)\(", log, re.MULTILINE))


def test_there_is_enough_to_hit(points: Counter[str]) -> None:
    assert sum(points.values()) > 150, points
    assert {"write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename"} <= set(points)


@pytest.mark.weekly
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}, {case[1]}, {case[2]}")
def test_whatever_write_fails(
    points: Counter[str], template: Path, tmp_path: Path, case: tuple[str, str, int]
) -> None:
    mode, call, part = case
    last = points[call]
    chosen = range(1 + part, last + 1, SLICES.get(call, 1) * STRIDE.get(mode, 1))
    _fail_at(chosen, (mode, call, last), template, tmp_path)


@pytest.mark.parametrize(("mode", "call"), PUSH_CASES)
def test_some_writes_fail(
    points: Counter[str], template: Path, tmp_path: Path, mode: str, call: str
) -> None:
    last = points[call]
    every = range(1, last + 1)
    chosen = sorted({*every[:: 20 * STRIDE.get(mode, 1)], *every[-1:]})
    _fail_at(chosen, (mode, call, last), template, tmp_path)


def _fail_at(
    chosen: Sequence[int], kind: tuple[str, str, int], template: Path, tmp_path: Path
) -> None:
    """Let the chosen ones of all calls of a kind (mode, call, how many there are) fail."""
    mode, call, last = kind
    when = MODES[mode].format(n=last).replace(f"{last}+3", str(last + 3))
    # Signals are not delivered under --seccomp-bpf (strace 6.13), which is faster otherwise.
    quick = [] if mode == "killed" else ["--seccomp-bpf"]
    names = CALLS[call]
    options = [*quick, "-e", f"trace={names}", "-e", f"inject={names}:{when}"]
    with _server(tmp_path, *options) as server:
        for n in chosen:
            run = server.run(template, call, last - n)
            try:
                _check(run)
                _check_end(run, mode, call)
            except BaseException:
                print(f"{mode}, {call} {n} of {last}:", *run.lines, sep="\n")
                raise
            shutil.rmtree(run.folder)
        log, errors = server.end()
    allowed = "pieces of what was deleted"
    told = [line for line in errors.splitlines() if allowed not in line]
    assert told == []
    if mode != "killed":
        assert log.count("(INJECTED)") >= len(chosen)


def _check_end(run: Run, mode: str, call: str) -> None:
    """How the child itself took it."""
    if mode == "killed":
        assert run.status == -9
        return
    if call != "unlink":  # what cannot be removed stays
        names = {path.name for path in run.folder.rglob("*") if path.is_file()}
        assert not any(name.endswith((".tmp", ".new")) for name in names)
    if mode == "full for good":
        assert run.status in {0, 3}
    else:
        assert (run.status, run.lines[-1]) == (0, ["end"])


def _check(run: Run) -> None:
    """Nothing that was said is lost, nothing is half written, all files can be used."""
    path = run.folder / "data" / "ledger.sqlite3"
    if path.exists() and path.stat().st_size:
        _check_pages(path)
    try:
        ledger, problem = Ledger.open(path)
    except MissingLedgerError:
        assert run.said("closed")
        use_copy(path)
        ledger, problem = Ledger.open(path)
    assert problem is None
    with ledger:
        _check_said(run, ledger)
        _check_whole(ledger)
        _check_deleted(run, ledger)
    _check_pages(path)
    copy = find_copy(path)
    if run.said("copied"):
        assert copy is not None
    kept, wrong = settings.load(run.folder / "config" / "settings.json")
    assert wrong is None
    assert kept.browsers_at_once in ([7] if run.said("settings") else [6, 7])


def _check_pages(path: Path) -> None:
    with raw(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def _check_said(run: Run, ledger: Ledger) -> None:
    rows = ledger._db.rows("SELECT key, kind, session_key, outcome FROM intents")
    intents = {row[0]: row[1:] for row in rows}
    assert intents[1][2] == "known"
    old = existing(kept_task(ledger, 1))
    assert old.spec.text == "an old task"
    for session_key, task_key in run.said("planned"):
        task = existing(kept_task(ledger, int(task_key)))
        assert task.session_key == int(session_key)
    for key, kind, session_key in run.said("intent"):
        assert intents[int(key)][:2] == (kind, int(session_key))
    for key, outcome, *_ in run.said("settled"):
        assert intents[int(key)][2] == outcome
    for key, *site in run.said("named"):
        session = existing(kept_session(ledger, int(key)))
        assert session.site == " ".join(site)


ENDED = "SELECT count(*) FROM sessions WHERE site = 'gone.example'"
SETTLED = {
    "start_session": "SELECT count(*) FROM sessions WHERE key = 3 AND phase = 'open' AND"
    " service_id = 'sess_3' AND number = 1 AND EXISTS (SELECT 1 FROM steps WHERE task_key = 2)",
    "new_task": "SELECT count(*) FROM tasks WHERE key = 3 AND question = 'Which?'",
    "answer": "SELECT count(*) FROM tasks WHERE key = 3 AND answered_ms IS NOT NULL",
}
"""What a run writes together with the settling of its intents, each 1 or 0."""


def _check_whole(ledger: Ledger) -> None:
    rows = ledger._db.rows
    settled = dict(rows("SELECT kind, outcome FROM intents WHERE key > 2"))
    for kind, sql in SETTLED.items():
        assert rows(sql)[0][0] == (settled.get(kind) is not None), kind
    unconfirmed = "SELECT count(*) FROM sessions WHERE key = 2 AND phase = 'unconfirmed'"
    assert rows(unconfirmed) == rows("SELECT count(*) FROM intents WHERE outcome = 'unknown'")
    ended = rows(ENDED)[0][0]
    sessions = len(ledger.sessions(range(9))) - ended
    tasks = len(ledger.task_keys()) - ended
    assert sessions - 2 == (tasks > 1)
    assert (tasks == 3) == ("new_task" in settled)
    ledger.live_tasks()
    ledger.unsettled()
    assert ledger.bad_rows == ()
    _check_searched(ledger)


def _check_searched(ledger: Ledger) -> None:
    for table, found in ((SESSIONS, ledger.sessions(range(9))), (TASKS, ledger.tasks(range(9)))):
        column = {"sessions": "name_folded", "tasks": "texts_folded"}[table.name]
        stored = dict(ledger._db.rows(f"SELECT key, {column} FROM {table.name}"))
        assert stored == {key: table.values(record)[-1] for key, record in found.items()}


def _check_deleted(run: Run, ledger: Ledger) -> None:
    """A task is there as a whole, or gone with its session."""
    rows = ledger._db.rows
    ended = rows(ENDED)[0][0]
    assert rows("SELECT count(*) FROM tasks WHERE text LIKE 'delete me %'")[0][0] == ended
    if run.said("deleted"):
        assert not ended
