"""Key, password, code, passphrase and session id go every way there is, and stand nowhere after it.

Each place is looked through by the same search that finds a witness there, a text that belongs
there. And once all of it is played with the redaction switched off: then they stand everywhere.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from enigma_panel.features import FEATURES
from tests.app.canaries import found
from tests.app.program import Driven
from tests.conftest import Simulator
from tests.desktop.notice_desk import ADDRESS, Desk
from tests.kit.wait import wait_for
from tests.services.queue.test_unknown_outcomes import MESSAGES, faults, push_live

pytest.importorskip("jeepney", reason="the desktop's bus is on Linux")
TOOLS = ("dbus-daemon", "gnome-keyring-daemon")
MISSING = [tool for tool in TOOLS if not shutil.which(tool)]
pytestmark = [
    pytest.mark.process,
    pytest.mark.weekly,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

KEY, CODE = "enig_canary_7f3QkT9z", "83917406"
WRONG, PASSWORD = "wrong Zebra&47", 'Zebra&47 "grün"/x'
PHRASE = 'correct "horse", battery ÿ'
SENT = {"key": KEY, "wrong password": WRONG, "password": PASSWORD, "code": CODE, "phrase": PHRASE}
TASK, LOGIN = "Research typewriters at museum.example", "Log in to shop.example"
SEEN = "a harmless word"
"""Stands beside each echo, and arrives wherever that does."""
LEDGERS = dict.fromkeys(("ledger.sqlite3", "ledger.sqlite3 at the kill", "ledger.copy"), SEEN)
FILES = LEDGERS | {"panel.log": SEEN, "settings.json": "columns"}
"""What must be found in files that are there at the end."""
EXPORTED = [
    file
    for file in ("tasks.csv", "tasks.jsonl")
    if any(feature.name == "exports" for feature in FEATURES)
]
ALLOWED = {(name, "session") for name in LEDGERS}
GUARDED = {
    *LEDGERS,
    "texts of the windows",
    "texts after the restart",
    "diagnostics",
    *EXPORTED,
    "panel.log",
}
"""What leaks where nothing is redacted. The others hold no words of an agent."""
ENTRIES = """
import secretstorage
bus = secretstorage.dbus_init()
for item in secretstorage.get_default_collection(bus).get_all_items():
    print(item.get_label(), item.get_attributes())
"""


class Sinks:
    """What is looked through, by its name, and what must be found there."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.witnesses: dict[str, str] = {}

    def add(self, name: str, content: bytes | str, witness: str) -> None:
        self.contents[name] = content if isinstance(content, bytes) else content.encode()
        self.witnesses[name] = witness

    def add_files(self, folder: Path) -> None:
        """All that are there; those that are no place of ours have no witness."""
        for file in filter(Path.is_file, folder.rglob("*")):
            self.contents.setdefault(file.name, file.read_bytes())
            if file.name in FILES:
                self.witnesses[file.name] = FILES[file.name]

    def dry(self) -> list[str]:
        """Those in which the search does not find what is there: it would find no leak either."""
        return [
            name
            for name, witness in self.witnesses.items()
            if not found({name: self.contents[name]}, {"witness": witness})
        ]


class Desktop:
    """A home, a bus with a keyring that holds the key, and what shows notices."""

    def __init__(self, home: Path, host: str) -> None:
        self.home = home
        self.desk = Desk(by_bus=True)
        for name in ("run", "tmp", "work"):
            (home / name).mkdir(mode=0o700, parents=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home / "run"),
            "TMPDIR": str(home / "tmp"),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
            ADDRESS: self.desk.address,
            "QT_QPA_PLATFORM": "offscreen",
        }
        self.keyring = subprocess.Popen(
            ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        assert self.keyring.stdin is not None
        self.keyring.stdin.write(b"of the keyring")
        self.keyring.stdin.close()
        self.run(
            "-c",
            "import sys, time\n"
            "from enigma_panel.store.keychain import KeychainStore, service_name\n"
            f"store = KeychainStore(service_name({host!r}))\n"
            "until = time.monotonic() + 20\n"
            "while (told := store.save(sys.stdin.read())).outcome != 'saved':\n"
            "    assert time.monotonic() < until, told\n",
            told=KEY,
        )

    def run(self, *command: str, told: str = "") -> str:
        done = subprocess.run(
            [sys.executable, *command],
            env=self.environment,
            cwd=self.home / "work",
            input=told,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def notices(self) -> str:
        return self.desk.told_in.read_text() if self.desk.told_in.exists() else ""

    def stop(self) -> None:
        self.keyring.kill()
        self.keyring.wait(10)
        self.desk.stop()


@pytest.fixture
def desktops(tmp_path: Path) -> Iterator[Callable[[str], Desktop]]:
    made: list[Desktop] = []

    def make(host: str) -> Desktop:
        made.append(Desktop(tmp_path / "home", host))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def asks(text: str) -> dict[str, Any]:
    data = {"type": "human_input_needed", "value": text}
    return {"success": True, "type": "guardrail_trigger", "data": data}


def done(text: str) -> dict[str, Any]:
    return {"success": True, "type": "task_completed", "data": {"message": text}}


def poll_says(url: str, body: dict[str, Any], chokes_on: dict[str, Any] | None = None) -> None:
    """From now on, and the service takes answers that its agent never gets.

    chokes_on: the body of a 500 in place of the first reply.
    """
    chokes = {"path": MESSAGES, "kind": "status:500", "body": chokes_on, "times": 1}
    faults(
        url,
        {"path": "/task/*", "kind": "status:200", "body": body, "times": 0},
        *([chokes] if chokes_on else ()),
        {"path": MESSAGES, "kind": "status:200", "body": {"success": True}, "times": 0},
    )


def echo_live(url: str, echo: str) -> None:
    for payload in (
        {"type": "agent", "content": echo},
        {"type": "action", "data": {"name": "type_text", "target": echo}},
        {"type": "response_update", "data": {"message": json.dumps({"typed": echo})}},
    ):
        push_live(url, payload)


def do(program: Driven, line: str) -> None:
    assert program.tell(line) == "ok"


def answer(program: Driven, question: str, **texts: str) -> None:
    do(program, "answer " + json.dumps({"question": question, **texts}))


def begin(url: str, desktop: Desktop, *, leaks: bool) -> Driven:
    """A run that logs all it ever could."""
    program = Driven(url, desktop.home / "panel", "", desktop.environment)
    do(program, "debug")
    if leaks:
        do(program, "leak")
    return program


def session_ids(data: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{data}/data/ledger.sqlite3?mode=ro", uri=True)) as ledger:
        rows = ledger.execute("SELECT service_id FROM sessions WHERE service_id IS NOT NULL")
        return [row[0] for row in rows]


@pytest.mark.parametrize("leaks", [False, True])
def test_no_secret_stands_anywhere_but_where_it_belongs(
    leaks: bool,
    simulator: Callable[..., Simulator],
    desktops: Callable[[str], Desktop],
    tmp_path: Path,
) -> None:
    url = simulator("--speed", "3", "--faults", keys=(KEY,)).url
    desktop = desktops(url.removeprefix("http://"))
    data, work, sinks = desktop.home / "panel", desktop.home / "work", Sinks()
    first = begin(url, desktop, leaks=leaks)

    # A login, first with a wrong password, then with one that the service chokes on and repeats.
    do(first, f"start-kept {LOGIN}")
    do(first, "hide")
    wait_for(lambda: "shop.example" in desktop.notices())
    do(first, "show")
    answer(first, "I need login", Username="maria", Password=WRONG)
    first.until(lambda _: "did not accept" in " ".join(first.tell("texts")))
    (session_id,) = session_ids(data)
    secrets = {**SENT, "session": session_id}
    echo = f"{SEEN} {' '.join(secrets.values())} {SEEN}"
    chokes = {"success": False, "message": f"500 {echo}"}
    poll_says(url, asks("The site did not accept these credentials, send the login again"), chokes)
    answer(first, "send the login again", Username="maria", Password=PASSWORD)

    # A code and a passphrase; then the agent repeats all that it got, wherever it can.
    poll_says(url, asks("Enter the verification code"))
    answer(first, "verification code", Code=CODE)
    poll_says(url, asks("What is the passphrase?"))
    answer(first, "passphrase", Answer=PHRASE)
    before = desktop.notices()
    do(first, "hide")
    poll_says(url, asks(f"Is that right: {echo}"))
    echo_live(url, echo)
    wait_for(lambda: desktop.notices() != before)
    do(first, "show")
    first.until(lambda _: "Is that right" in " ".join(first.tell("texts")))
    do(first, f"fail {echo}")
    wait_for(lambda: any("went wrong" in line for line in first.tell("notices")))
    sinks.add("texts of the windows", "\n".join(first.tell("texts")), SEEN)
    sinks.add("titles", first.tell("title"), "Enigma")
    do(first, "look")
    do(first, "press Copy diagnostics")
    sinks.add("diagnostics", first.tell("clipboard"), SEEN)
    process = Path("/proc", str(first.process.pid))
    sinks.add("command line", (process / "cmdline").read_bytes(), "--base-url")
    sinks.add("environment", (process / "environ").read_bytes(), "XDG_RUNTIME_DIR")
    first.kill()
    wal = (data / "data" / "ledger.sqlite3-wal").read_bytes()
    sinks.add("ledger.sqlite3 at the kill", wal, SEEN)

    # What an earlier run sent nobody knows any more, but what is called a password is hidden.
    secrets = {name: secrets[name] for name in ("key", "session", "code")}
    echo = f"{SEEN} {KEY} {session_id} password: {CODE}, {SEEN}"
    poll_says(url, asks(f"Once more: {echo}"))
    second = begin(url, desktop, leaks=leaks)
    second.until(lambda _: "Once more" in " ".join(second.tell("texts")))
    echo_live(url, echo)
    poll_says(url, done(echo))
    second.until(lambda state: any("Done" in cell for row in state["Tasks"] for cell in row))
    sinks.add("texts after the restart", "\n".join(second.tell("texts")), SEEN)
    for file in EXPORTED:
        do(second, f"export {work / file}")
        sinks.add(file, (work / file).read_bytes(), SEEN)
    do(second, f"fail once more {echo}")
    do(second, f"stderr {SEEN}")
    status, errors = second.quit()
    assert status == 0
    sinks.add("standard error", errors, SEEN)
    (data / "data" / "ledger.copy").unlink()
    third = begin(url, desktop, leaks=leaks)
    wait_for((data / "data" / "ledger.copy").exists)
    assert third.quit()[0] == 0
    told = desktop.run(*f"-m enigma_panel --self-check --base-url {url} --data-dir {data}".split())
    sinks.add("--self-check", told, url)
    sinks.add("notices on the desktop", desktop.notices(), "shop.example")
    sinks.add("entries of the keyring", desktop.run("-c", ENTRIES), "api-key")
    sinks.add_files(desktop.home)
    assert FILES.keys() <= sinks.witnesses.keys()
    assert len(sinks.witnesses) > 16
    assert sinks.dry() == []
    leaking = {
        (sink, name)
        for sink, name, _ in found(sinks.contents, SENT | secrets)
        if (sink, name) not in ALLOWED
    }
    if leaks:
        assert GUARDED - {sink for sink, _ in leaking} == set()
    else:
        assert leaking == set()
