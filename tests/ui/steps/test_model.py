"""Steps as rows: in the order of their times, each once, never anew."""

import random
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.steps.loader import MOST, StepsLoader
from enigma_panel.ui.steps.model import StepsModel
from tests.kit.builders import a_step, steps
from tests.kit.clock import NOW
from tests.kit.fakes import FakeScope, FakeTimeline
from tests.ui.steps.reading import texts


@pytest.fixture
def model(qapp: QApplication) -> StepsModel:
    return StepsModel()


@pytest.fixture
def timeline(qapp: QApplication) -> FakeTimeline:
    return FakeTimeline()


@pytest.fixture
def loader(timeline: FakeTimeline, model: StepsModel) -> StepsLoader:
    scope: Any = FakeScope()
    source: Any = timeline
    return StepsLoader(source, scope, model)


def changes_of(model: QAbstractItemModel) -> list[str]:
    told: list[str] = []
    model.rowsInserted.connect(lambda _p, first, last: told.append(f"+{first}-{last}"))
    model.rowsRemoved.connect(lambda _p, first, last: told.append(f"-{first}-{last}"))
    model.modelReset.connect(lambda: told.append("reset"))
    model.layoutChanged.connect(lambda: told.append("layout"))
    return told


# -- the model -------------------------------------------------------------------------------


def test_rows_stand_in_the_order_of_their_times(model: StepsModel) -> None:
    model.add([a_step(n) for n in (0, 2, 4, 6)])
    model.add([a_step(n) for n in (5, 1, 3, 7, 8)])
    assert texts(model) == [f"step {n}" for n in range(9)]


@pytest.mark.parametrize("seed", range(20))
def test_any_pieces_in_any_order_make_the_same_list(model: StepsModel, seed: int) -> None:
    rng = random.Random(seed)
    all_steps = [a_step(n // 3, f"step {n}", key=n + 1) for n in range(60)]
    rest = list(all_steps)
    cut = rng.randrange(60)
    model.add(rest[cut:])
    pieces = [rest[start : start + 7] for start in range(0, cut, 7)]
    for piece in reversed(pieces):
        model.add(piece, older=True)
    model.add(rng.sample(all_steps, 30))
    assert texts(model) == [f"step {n}" for n in range(60)]


def test_news_that_comes_again_from_the_ledger_is_one_row(model: StepsModel) -> None:
    model.add(steps(3, 6))  # not written yet: without keys
    model.add(steps(0, 6, keyed=True), older=True)
    model.add(steps(2, 6, keyed=True))
    assert texts(model) == [f"step {n}" for n in range(6)]


def test_the_same_words_at_the_same_time_are_two_steps(model: StepsModel) -> None:
    model.add([a_step(1, "again"), a_step(1, "again")])
    model.add([a_step(1, "again", key=1), a_step(1, "again", key=2), a_step(1, "again", key=3)])
    assert texts(model) == ["again"] * 3


def test_of_two_with_the_same_time_the_later_one_stands_below(model: StepsModel) -> None:
    model.add([a_step(1, "third"), a_step(2, "last")])
    model.add([a_step(1, "fourth")])
    model.add([a_step(0, "first"), a_step(1, "second")], older=True)
    assert texts(model) == ["first", "second", "third", "fourth", "last"]


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("action", "click_element: search button", "Clicking search button"),
        ("agent", "I look\nfor it", "Thinks, I look for it"),
        ("response_update", "Found 12", "Says, Found 12"),
        ("question", "Which one?", "Asked you: Which one?"),
        ("opened", "", "Browser opened"),
        ("failed", "no page", "Failed: no page"),
        ("live_gap", "nonsense", "No live updates: nonsense"),
    ],
)
def test_a_row_is_read_aloud(model: StepsModel, kind: str, text: str, words: str) -> None:
    model.add([a_step(0, text or " ", kind)])
    spoken = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    time, _, rest = spoken.partition(", ")
    assert len(time) == 8
    assert time.count(":") == 2
    assert rest == words


# -- the feed --------------------------------------------------------------------------------


def test_all_are_read_at_once(
    loader: StepsLoader, timeline: FakeTimeline, model: StepsModel
) -> None:
    timeline.add_many(1, steps(0, 2_000))
    told = changes_of(model)
    loader.turn_to(1)
    assert texts(model) == [f"step {n}" for n in range(2_000)]
    assert told == ["reset", "+0-1999"]
    assert timeline.asked == [(1, MOST)]


def test_news_of_other_tasks_is_not_shown(
    loader: StepsLoader, timeline: FakeTimeline, model: StepsModel
) -> None:
    loader.turn_to(1)
    timeline.add(2, "action", "elsewhere", NOW)
    timeline.add(1, "action", "here", NOW)
    assert texts(model) == ["here"]


def test_a_ledger_that_cannot_be_read(loader: StepsLoader, timeline: FakeTimeline) -> None:
    timeline.error = LedgerError(Path("/ledger"), "broken")
    loader.turn_to(1)
    assert loader.has_failed
    assert not loader.is_reading
    timeline.error = None
    loader.turn_to(2)
    assert not loader.has_failed
