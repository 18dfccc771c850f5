"""The words of the notice that something is done: figures and a session's name, nothing else."""

from decimal import Decimal

import pytest

from enigma_panel.services.done_notifier import DoneNews, Ended
from enigma_panel.ui.text.notification import done_text


def one(cost: str | None = "0.0214", *, failed: bool = False, name: str = "amazon.com 3") -> Ended:
    return Ended(
        name=name, failed=failed, took_ms=41_000, cost=Decimal(cost) if cost is not None else None
    )


def words(*results: Ended, left: int = 0) -> tuple[str, str]:
    return done_text(DoneNews(results=results, left=left))


def test_one() -> None:
    assert words(one()) == ("Done: amazon.com 3", "Cost $0.0214, took 0:41.")
    assert words(one(failed=True)) == ("Failed: amazon.com 3", "Cost $0.0214, took 0:41.")
    assert words(one(None), left=1)[1] == "Took 0:41. 1 is not done yet."
    assert words(one(None), left=12)[1] == "Took 0:41. 12 are not done yet."


@pytest.mark.parametrize(
    ("done", "failed", "left", "title"),
    [
        (4, 1, 5, "4 of 10 done, 1 failed"),
        (4, 0, 6, "4 of 10 done"),
        (0, 2, 8, "2 of 10 failed"),
        (9, 1, 0, "9 of 10 done, 1 failed"),
        (10, 0, 0, "All 10 done"),
        (0, 3, 0, "All 3 failed"),
        (1000, 0, 0, "All 1,000 done"),
    ],
)
def test_several(done: int, failed: int, left: int, title: str) -> None:
    results = [one("0.01")] * done + [one("0.01", failed=True)] * failed
    assert words(*results, left=left)[0] == title


def test_what_several_cost() -> None:
    assert words(one("0.02"), one("0.0314"))[1] == "Cost $0.0514."
    assert words(one("0.02"), one(None), left=3)[1] == "Cost $0.02 or more. 3 are not done yet."
    assert words(one("0.02"), one("1E+999999"))[1] == "Cost $0.02 or more."
    assert words(one("-5"), one("NaN"))[1] == ""
    assert words(one(None), one(None), left=1)[1] == "1 is not done yet."


def test_odd_names_and_figures_stay_short() -> None:
    assert words(one(name=""))[0] == "Done: a task"
    title, body = words(one("9" * 5000, name="{n} <b>\n" + "x" * 500))
    assert title.startswith("Done: {n} <b> xx")
    assert len(title) < 80
    assert len(body) < 80


def test_there_is_no_place_for_what_was_asked_or_came_out() -> None:
    """A notice may stand on a locked screen."""
    assert set(Ended.__struct_fields__) == {"name", "failed", "took_ms", "cost"}
