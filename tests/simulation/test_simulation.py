"""The simulation on a push: some seeds hold, they replay, and no safeguard is missed unseen."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from enigma_panel.core.service_rules import Dialect
from tests.kit.rows import check_rows
from tests.simulation.catching import CATCHING
from tests.simulation.runner import Outcome, replay_command, runner
from tests.simulation.safeguards import SWITCHES, without
from tests.simulation.seeds import DAY, ONCE_RED, ONCE_RED_IN_WEBRUN, first_of, seed_day

BLOCKS, SEEDS = 5, 10
"""Blocks of seeds, so that several processes share them; thousands run by command."""

SHARE, PARTS = 3, 4
"""A push plays one in `SHARE` of the switch-offs, other ones the next day, in so many parts."""

WEBRUN_SEEDS = 12
"""So many of the day in each dialect of WebRun."""

REPLAYED = 4
"""So many are played a second time."""

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("block", range(BLOCKS))
def test_all_invariants_hold(block: int) -> None:
    first = first_of(seed_day()) + block * SEEDS
    with runner() as one:
        for seed in range(first, first + SEEDS):
            _must_hold(one.run(seed))


def test_what_was_red_once_holds() -> None:
    with runner() as one:
        for seed in ONCE_RED:
            _must_hold(one.run(seed))


@pytest.mark.parametrize(("dialect", "seed"), ONCE_RED_IN_WEBRUN)
def test_what_was_red_once_in_webrun_holds(dialect: Dialect, seed: int) -> None:
    with runner(dialect) as one:
        _must_hold(one.run(seed), dialect)


@pytest.mark.parametrize("dialect", [Dialect.W1, Dialect.W2])
def test_they_hold_in_the_dialects_of_webrun(dialect: Dialect) -> None:
    first = first_of(seed_day())
    with runner(dialect) as one:
        for seed in range(first, first + WEBRUN_SEEDS):
            _must_hold(one.run(seed), dialect)


def _must_hold(outcome: Outcome, dialect: Dialect = Dialect.E) -> None:
    if outcome.violation is not None:
        again = replay_command(outcome.seed, dialect=dialect)
        last = "\n".join(outcome.lines[-40:])
        pytest.fail(f"{outcome.violation}\nagain: {again}\n{last}")


def test_a_day_can_be_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DAY, "2026-11-26")
    assert first_of(seed_day()) == 2_026_112_600_000
    monkeypatch.delenv(DAY)
    before = datetime.now(UTC).date()
    assert before <= seed_day() <= datetime.now(UTC).date()


def test_a_seed_gives_the_same_trace_twice() -> None:
    with runner() as one:
        first = [one.run(seed) for seed in range(REPLAYED)]
    with runner() as one:  # backwards: what ran before must not matter
        second = [one.run(seed) for seed in reversed(range(REPLAYED))]
    assert [o.digest for o in first] == [o.digest for o in reversed(second)]
    assert len({o.digest for o in first}) == REPLAYED


@pytest.mark.process
def test_another_process_gives_the_same_trace() -> None:
    traces = [_trace_of_a_process(hash_seed) for hash_seed in ("1", "2")]
    assert traces[0] == traces[1]
    assert "click" in traces[0]


def _trace_of_a_process(hash_seed: str) -> str:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", "2", "--trace"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    return done.stdout.decode().rpartition(" seeds, ")[0]


def test_every_switch_off_has_a_seed_that_catches_it() -> None:
    assert CATCHING.keys() == SWITCHES.keys()


@pytest.mark.parametrize("part", range(PARTS))
def test_without_a_safeguard_of_the_day_the_simulation_fails(part: int) -> None:
    of_the_day = _switches_of(seed_day())[part::PARTS]
    check_rows([(name,) for name in of_the_day], _must_fail_without)


@pytest.mark.weekly
@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_without_a_safeguard_the_simulation_fails(name: str) -> None:
    _must_fail_without(name)


def test_three_days_play_every_switch_off() -> None:
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]
    played = [name for day in days for name in _switches_of(day)]
    assert sorted(played) == sorted(SWITCHES)


def _switches_of(day: date) -> list[str]:
    return sorted(SWITCHES)[day.toordinal() % SHARE :: SHARE]


def _must_fail_without(name: str) -> None:
    seed = CATCHING[name]
    with without(name), runner() as one:
        violation = one.run(seed).violation
    search = f'python -m tests.simulation --seeds 3000 --without "{name}"'
    stale = f"stale seed: {seed} does not catch {name!r}; list the one that this finds: {search}"
    assert violation is not None, stale
    assert violation.check != "no_errors_logged", f"a switch-off that does not work: {violation}"


def test_a_failing_seed_says_how_to_see_it_again() -> None:
    name = "no rate limit"
    with without(name), runner() as one:
        violation = one.run(CATCHING[name]).violation
    assert violation is not None
    assert f"seed {CATCHING[name]}" in str(violation)
    assert f"--seed {CATCHING[name]}" in replay_command(CATCHING[name], name)
