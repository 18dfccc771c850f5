"""The ledger's copy, as the program makes it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import TaskStatus
from enigma_panel.store.ledger.backup import find_copy
from enigma_panel.store.ledger.intents import Outcome
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.paths import folders_below
from tests.app.program import Driven
from tests.kit.clock import NOW
from tests.kit.wait import wait_for
from tests.store.helpers import copy_ledger, start
from tests.store.ledger.damage import unindexed

pytestmark = pytest.mark.process


def test_a_clean_start_leaves_a_good_copy(tmp_path: Path) -> None:
    ledger = folders_below(tmp_path).ledger
    program = Driven("http://127.0.0.1:9", tmp_path)
    wait_for(ledger.with_suffix(".copy").exists, 15, "the copy")
    assert program.quit() == (0, "")
    assert find_copy(ledger) is not None


@pytest.mark.parametrize(
    ("index", "change", "said", "is_mended"),
    [
        ("tasks_by_status", "UPDATE tasks SET status = 'working'", "has been repaired", True),
        ("sessions_by_name", "UPDATE sessions SET number = 1", "is damaged", False),
    ],
)
def test_damage_that_no_start_notices_is_mended_or_the_copy_comes_back(
    tmp_path: Path, index: str, change: str, said: str, is_mended: bool
) -> None:
    folders = folders_below(tmp_path)
    folders.prepare()
    with Ledger.open(folders.ledger)[0] as ledger:
        for _ in range(2):
            intent = start(ledger)
            assert intent.task is not None
            ledger.save(replace(intent.task, status=TaskStatus.DONE))
            ledger.settle(intent.key, Outcome.KNOWN, NOW)
        copy_ledger(ledger, NOW)
    unindexed(folders.ledger, index, change)
    program = Driven("http://127.0.0.1:9", tmp_path)
    (notice,) = wait_for(lambda: [n for n in program.tell("notices") if said in n], 15, said)
    assert "Something that still costs money may be missing here" in notice
    if not is_mended:
        assert "There is a copy from" in notice
        program.tell("look")
        program.tell("press Restart with the copy")
    status, errors = program.quit()
    assert (status, errors.count("the ledger has damage")) == (0, 1)
    assert len(list(folders.data.glob("ledger.sqlite3.replaced-*"))) == (not is_mended)
    with Ledger.open(folders.ledger)[0] as ledger:
        copy_ledger(ledger, NOW)  # finds no damage any more
        assert len(ledger.task_keys()) == 2
