"""The program goes on with a ledger and settings that an earlier one left behind."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from enigma_panel.bootstrap import DataDirs, Parts, build
from enigma_panel.cli import Options
from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.demo.simulator_process import DEMO_KEY
from enigma_panel.services.recovery import recover
from enigma_panel.services.types import Recovered, WaitReason
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.paths import folders_below
from tests.conftest import Simulator
from tests.kit.clock import ShiftedClock
from tests.kit.wait import until
from tests.services.conftest import leave

WRITTEN = Path(__file__).parents[1] / "store" / "written_before"
STARTED_MS = 1_750_000_120_000
"""A minute after the earlier program was killed."""

UNKNOWN = "unknown"
CHANGES: dict[tuple[str, int, str], Any] = {
    # calls of which nobody knows what became of them, but for the commands
    ("intents", 6, "outcome"): UNKNOWN,
    ("intents", 18, "outcome"): UNKNOWN,
    ("intents", 22, "outcome"): UNKNOWN,
    ("intents", 23, "outcome"): UNKNOWN,
    # a Pause and a Resume are not sent a minute later
    ("intents", 25, "outcome"): UNKNOWN,
    ("intents", 27, "outcome"): UNKNOWN,
    # the starts may be running
    ("sessions", 4, "phase"): "unconfirmed",
    ("tasks", 5, "status"): "unconfirmed",
    ("sessions", 20, "phase"): "unconfirmed",
    ("tasks", 21, "status"): "unconfirmed",
    ("tasks", 25, "status"): "unconfirmed",
    # its browser was opened, and it never went out
    ("tasks", 22, "status"): "queued",
}


@asynccontextmanager
async def program(
    folder: Path, url: str = "https://service.example"
) -> AsyncIterator[tuple[Parts, Recovered]]:
    """Started over the files in that folder, and ended as the program ends.

    Without `account.load` it has no key, and nothing can be sent.
    """
    folders = folders_below(folder)
    folders.prepare()
    options = Options(demo=True, data_dir=folder)
    place = DataDirs(folders=folders, root=folder, throw_away=False)
    parts = await build(options, place, url, ShiftedClock(STARTED_MS))
    try:
        yield parts, await recover(parts.services, b"")
    finally:
        await leave(parts)


def left_behind(folder: Path) -> Path:
    """The files where the program looks for them; returns the ledger."""
    folders = folders_below(folder)
    folders.prepare()
    shutil.copy(WRITTEN / "settings.json", folders.settings)
    return Path(shutil.copy(WRITTEN / "ledger.sqlite3", folders.ledger))


def values(path: Path) -> dict[tuple[str, int, str], Any]:
    """Every value by table, key and column, but times and the time lines."""
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        for table in ("sessions", "tasks", "intents"):
            for row in connection.execute(f"SELECT * FROM {table}"):
                names = [name for name in row.keys() if not name.endswith("_ms")]  # noqa: SIM118
                found |= {(table, row["key"], name): row[name] for name in names}
    return found


def readdress_line(path: Path, url: str) -> None:
    """Let what waits in line be for this simulator; the file is from before it was started."""
    with Ledger.open(path)[0] as ledger:
        key_fingerprint = ledger.key_fingerprint(DEMO_KEY, url)
    with closing(sqlite3.connect(path)) as connection, connection:
        sql = "UPDATE sessions SET base_url = ?, key_print = ? WHERE phase = 'planned'"
        connection.execute(sql, (url, key_fingerprint))


async def test_recovery_settles_what_an_earlier_program_left_open(tmp_path: Path) -> None:
    ledger = left_behind(tmp_path / "data")
    before = values(ledger)
    async with program(tmp_path / "data") as (parts, told):
        assert parts.problems == ()
        assert parts.services.settings.value.browsers_at_once == 7
        assert told == Recovered(
            sessions=(1, 2, 3, 4, 5, 6, 18, 19, 20, 21, 22, 23),
            tasks=frozenset({2, 3, 4, 6, 7, 19, 21, 23, 24, 25}),
        )
        all_pending = {(one.session_key, one.verb) for one in parts.services.sessions.all_pending()}
        assert all_pending == {(1, CommandVerb.STOP), (18, CommandVerb.TERMINATE)}
        (question,) = parts.services.inbox.questions()
        assert question.text.startswith("Which one – 5 or 7 ports?")
        assert (question.task_key, question.question_n, question.maybe_answered) == (3, 2, True)
        waiting = [parts.services.sessions.task(e.task_key) for e in parts.services.queue.entries()]
        assert [task.spec.text for task in waiting if task is not None] == [
            "Look up ships",
            "First in line",
            "Second in line",
        ]
    after = values(ledger)
    assert {place: after[place] for place in before if after[place] != before[place]} == CHANGES
    new = {"tokens_total", "took_s", "dialect", "files", "network"}
    new |= {"environment_id", "policy_id", "proxy", "proxy_country", "proxy_address"}
    new |= {"output_type", "output_schema"}
    new |= {"deleted_cost", "deleted_untold", "used"}
    new |= {"answer_unconfirmed", "asked_again", "question_missed"}
    new |= {"name_folded", "texts_folded", "balance"}
    assert {column for *_, column in set(after) - set(before)} == new
    assert set(before) <= set(after)


async def test_a_second_start_finds_the_same_and_the_line_goes_on(
    tmp_path: Path, simulator: Callable[..., Simulator]
) -> None:
    ledger = left_behind(tmp_path / "data")
    async with program(tmp_path / "data"):
        pass
    sim = simulator("--speed", "20")
    readdress_line(ledger, sim.url)
    async with program(tmp_path / "data", sim.url) as (parts, _):
        assert len(parts.services.queue.entries()) == 3
        await parts.services.account.load()
        parts.services.settings.change(
            browsers_at_once=50
        )  # those of the other key take places, too
        sessions = parts.services.sessions
        new = await sessions.start(TaskSpec(text="Look for more"))
        parts.services.queue.go_on()
        await until(lambda: sessions.task(15).status is TaskStatus.DONE)  # "First in line"
        await until(lambda: sessions.task(new).status is TaskStatus.DONE)
        # What was opened at another address with another key is left to the person.
        assert sessions.task(22).status is TaskStatus.QUEUED
        assert {pending.why for pending in sessions.all_pending()} == {WaitReason.KEY}
    async with program(tmp_path / "data", sim.url) as (parts, _):
        assert parts.services.sessions.task(15).result
        assert len(parts.services.queue.entries()) == 1
