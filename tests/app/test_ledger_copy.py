"""The ledger's copy, as the program makes it."""

from pathlib import Path

import pytest

from enigma_panel.store.ledger import find_copy
from enigma_panel.store.paths import folders_below
from tests.app.program import Driven
from tests.kit.wait import wait_for

pytestmark = pytest.mark.process


def test_a_clean_start_leaves_a_good_copy(tmp_path: Path) -> None:
    ledger = folders_below(tmp_path).ledger
    program = Driven("http://127.0.0.1:9", tmp_path)
    wait_for(ledger.with_suffix(".copy").exists, 15, "the copy")
    assert program.quit() == (0, "")
    assert find_copy(ledger) is not None
