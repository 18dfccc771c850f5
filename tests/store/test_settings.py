"""The settings file: whole or old; wrong values go alone, broken files aside, newer ones stay."""

import json
import os
import stat
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.task_filter import SortBy, SortColumn, TaskFilter, TaskGroup
from enigma_panel.store.files import Problem, ProblemKind
from enigma_panel.store.settings import (
    DARK,
    DEFAULT_BASE_URL,
    MAX_BYTES,
    TERMINATE_RUNNING,
    ColumnSettings,
    Settings,
    SettingsError,
    TableSettings,
    load,
    save,
    section,
    with_section,
)
from tests.conftest import LogWatch
from tests.kit.existing import existing
from tests.kit.rows import check_rows
from tests.store.settings_files import WRITTEN_BEFORE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "room").mkdir()
    return tmp_path / "room" / "settings.json"


@pytest.fixture(autouse=True)
def leaves_out(log_watch: LogWatch) -> None:
    """A value that cannot be used is named in the log."""
    log_watch.allow("cannot be used and is left out")


class Login(Struct, frozen=True):
    host: str
    account: str


class Section(Struct, frozen=True, kw_only=True):
    """A section as features declare them, with fields of three."""

    logins: tuple[Login, ...] = ()
    tray_told: int = 0
    tell_when_done: bool = True


MARIA, PAUL = Login("bank.example", "maria"), Login("shop.example", "paul")
CHANGED = Settings(
    base_url="http://127.0.0.1:8080",
    dialect="W1",
    show_ended=True,
    window_geometry="AdnQywAD",
    has_had_tasks=True,
    window_splitter="AAAA/w==",
    tasks_columns=TableSettings(
        columns=(ColumnSettings("cost", width=123), ColumnSettings("site", True))
    ),
    browsers_at_once=12,
    appearance=DARK,
    cap_per_task=Decimal("0.25"),
    cap_per_day=Decimal(5),
    at_cap=TERMINATE_RUNNING,
    task_filter=TaskFilter(
        words='"hub" -x',
        groups=frozenset({TaskGroup.FAILED, TaskGroup.NEW}),
        from_ms=1_700_000_000_000,
        has_asked=True,
    ),
    task_order=(SortBy(SortColumn.COST, descending=True),),
)


def test_without_a_file_there_are_the_defaults(path: Path) -> None:
    assert load(path) == (Settings(), None)
    assert Settings().base_url == DEFAULT_BASE_URL == "https://connect.enigma.click"
    assert not path.exists()


def test_what_was_saved_is_loaded(path: Path) -> None:
    assert save(path, CHANGED)
    assert load(path) == (CHANGED, None)
    assert json.loads(path.read_text())["version"] == 1
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_a_file_written_before_the_sections_keeps_every_field(path: Path) -> None:
    written = WRITTEN_BEFORE.read_bytes()
    path.write_bytes(written)
    settings, problem = load(path)
    assert problem is None
    assert replace(settings, others={}) == CHANGED
    section_of_all = section(settings, Section)
    assert section_of_all == Section(logins=(MARIA, PAUL), tray_told=2, tell_when_done=False)
    save(path, with_section(settings, section_of_all))
    assert json.loads(path.read_bytes()) == json.loads(written)


SHOWN = Settings(show_ended=True)


def test_a_value_that_means_nothing_is_the_default(path: Path) -> None:
    """And the rest of the file counts all the same."""

    def check(name: str, value: object) -> None:
        path.write_text(json.dumps({name: value, "show_ended": True}))
        assert load(path) == (SHOWN, None)

    filters = (
        *(None, 3, "all", [], [1], {"words": 1}, {"groups": ["all"]}, {"words": "x" * 10_001}),
        *({"from_ms": 10**30}, {"to_ms": 1.5}, {"to_ms": -(10**18)}),
    )
    columns = (
        *(None, "c2Vzc2lvbnM=", [], {"version": 2}, {"columns": [{"hidden": True}]}),
        *({"columns": [{"key": "cost", "width": width}]} for width in (-1, 0, 10**9, "wide", 1.5)),
    )
    rows = (
        *(("task_filter", value) for value in filters),
        *(("task_order", [value]) for value in filters),
        ("task_order", [{"column": "cost"}, {"column": "task"}]),
        *(("tasks_columns", value) for value in columns),
        *(("browsers_at_once", value) for value in (0, 101, -3, 10**18)),
        *(("appearance", value) for value in ("sepia", "")),
        *(("at_cap", "close"), ("dialect", "W9")),
    )
    check_rows(rows, check)


def test_the_bounds_of_browsers_at_once_count(path: Path) -> None:
    assert Settings().browsers_at_once == 5
    for n in (1, 100):
        path.write_text(json.dumps({"browsers_at_once": n}))
        assert load(path) == (Settings(browsers_at_once=n), None)


def test_costs_in_the_filter_of_an_earlier_version_are_passed_over(path: Path) -> None:
    path.write_text(json.dumps({"task_filter": {"words": "hub", "cost_from": "0.10"}}))
    assert load(path) == (Settings(task_filter=TaskFilter(words="hub")), None)


def test_unknown_keys_survive(path: Path) -> None:
    path.write_text('{"theme": {"name": "dark", "sizes": [1, 2.5]}, "others": 3, "version": 1}')
    settings, problem = load(path)
    assert problem is None
    save(path, with_section(replace(settings, show_ended=True), Section(tray_told=2)))
    values = json.loads(path.read_text())
    assert values["theme"] == {"name": "dark", "sizes": [1, 2.5]}
    assert values["others"] == 3
    assert values["show_ended"] is True
    assert section(load(path)[0], Section) == Section(tray_told=2)


def test_a_cap_may_be_written_as_a_number(path: Path) -> None:
    def check(written: object) -> None:
        path.write_text(json.dumps({"cap_per_task": written, "cap_per_day": written}))
        assert load(path) == (Settings(cap_per_task=Decimal(5), cap_per_day=Decimal(5)), None)

    assert Settings().cap_per_task is Settings().cap_per_day is None
    check_rows(((5,), (5.0,), ("5",), ("5.00",)), check)


def test_a_cap_of_the_day_that_is_none_holds_all_starts(path: Path) -> None:
    """One of a task would end what runs, so that one is off."""

    def check(wrong: object) -> None:
        path.write_text(json.dumps({"cap_per_task": wrong, "cap_per_day": wrong}))
        held = Settings(cap_per_day=Decimal(0))
        problem = Problem(kind=ProblemKind.NO_CAP, path=path, reason="no cap")
        assert load(path) == (held, problem)
        save(path, held)
        assert load(path) == (held, None)

    check_rows(((wrong,) for wrong in ("five", "", -1, "0", "NaN", "1e30", True, [])), check)


WRONG = {
    "show_ended": "perhaps-49x",
    "browsers_at_once": 2.49,
    "appearance": True,
    "at_cap": 49,
    "cap_per_task": "49x",
    "base_url": None,
    "version": "one-49x",
    "task_filter": "49x",
    "tasks_columns": [49],
    "dialect": {},
    "tell_when_done": 49,
    "tray_told": "49x",
    "logins": {"host": "49.example"},
}


def test_a_wrong_value_is_lost_alone(path: Path, log_watch: LogWatch) -> None:
    """The log names it without its value."""

    def check(name: str, wrong: object) -> None:
        log_watch.lines.clear()
        good = {"logins": msgspec.to_builtins((MARIA,)), "tray_told": 2, "theme": "odd"}
        path.write_text(json.dumps({**good, name: wrong}))
        settings, problem = load(path)
        assert (problem is not None) == (name == "cap_per_task")
        assert replace(settings, others={}) == Settings()
        left = {key: value for key, value in good.items() if key != name}
        assert section(settings, Section) == msgspec.convert(left, Section)
        assert [name in line and "49" not in line for line in log_watch.lines] == [True]
        assert save(path, settings)
        assert load(path)[0] == settings

    check_rows(WRONG.items(), check)


def test_a_wrong_item_of_a_list_is_lost_alone(path: Path, log_watch: LogWatch) -> None:
    def check(wrong: object) -> None:
        log_watch.lines.clear()
        path.write_text(json.dumps({"logins": [wrong, msgspec.to_builtins(MARIA)]}))
        assert section(load(path)[0], Section) == Section(logins=(MARIA,))
        assert ["logins" in line and "example" not in line for line in log_watch.lines] == [True]

    wrong = (None, 3, {}, {"host": "a.example"}, {"host": 1, "account": "x"})
    check_rows(((each,) for each in wrong), check)


RUBBISH = {
    "rubbish": b"\x00\xff\xfe rubbish",
    "empty": b"",
    "cut": b'{"version": 1, "base_url": "htt',
    "no object": b"[1, 2]",
    "null": b"null",
    "not UTF-8": b'{"base_url": "\xff"}',
    "deep": b'{"others": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "huge": b"{}" + b" " * MAX_BYTES,
}


def test_a_broken_file_is_kept_aside_and_told(path: Path) -> None:
    def check(_kind: str, rubbish: bytes) -> None:
        path.write_bytes(rubbish)
        settings, problem = load(path)
        assert settings == Settings()
        assert problem is not None
        assert (problem.kind, problem.path) == (ProblemKind.BROKEN, path)
        assert problem.kept_as is not None
        assert problem.kept_as.name.startswith("settings.json.broken-2")
        assert problem.kept_as.read_bytes() == rubbish
        assert not path.exists()
        assert save(path, CHANGED)
        assert load(path) == (CHANGED, None)
        path.unlink()

    check_rows(RUBBISH.items(), check)


def test_several_broken_files_never_overwrite_each_other(path: Path) -> None:
    kept = []
    for n in range(4):
        path.write_bytes(b"rubbish %d" % n)
        problem = existing(load(path)[1])
        kept.append(problem.kept_as)
    contents = [file.read_bytes() for file in kept if file is not None]
    assert contents == [b"rubbish %d" % n for n in range(4)]


def test_a_newer_file_is_left_alone(path: Path) -> None:
    newer = b'{"version": 2, "base_url": {"now": "an object"}, "show_ended": true}'
    path.write_bytes(newer)
    settings, problem = load(path)
    assert settings == Settings()
    assert problem is not None
    assert (problem.kind, problem.kept_as) == (ProblemKind.NEWER, None)
    assert save(path, CHANGED) is False
    assert path.read_bytes() == newer


def test_rubbish_that_came_meanwhile_is_kept_by_a_save(path: Path) -> None:
    load(path)
    path.write_bytes(b"rubbish")
    assert save(path, CHANGED)
    assert load(path) == (CHANGED, None)
    kept = [file for file in path.parent.iterdir() if file != path]
    assert [file.read_bytes() for file in kept] == [b"rubbish"]


def test_a_disk_that_refuses_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(path, CHANGED)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("enigma_panel.store.files.os.fsync", refuse)
    with pytest.raises(SettingsError, match="No space left") as caught:
        save(path, Settings())
    assert caught.value.path == path
    monkeypatch.undo()
    assert load(path) == (CHANGED, None)
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_file_and_folder_are_synced_before_and_after_the_change(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        steps.append("folder" if folder else f"file of {os.fstat(handle).st_size > 0}")
        real_fsync(handle)

    def replace(self: Path, target: Path) -> Path:
        steps.append("replace")
        return real_replace(self, target)

    monkeypatch.setattr("enigma_panel.store.files.os.fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    save(path, CHANGED)
    assert steps == ["file of True", "replace", "folder"]


def test_a_file_that_may_not_be_read_is_neither_moved_nor_overwritten(open_folder: Path) -> None:
    path = open_folder / "settings.json"
    path.write_text('{"show_ended": true}')
    path.chmod(0)
    settings, problem = load(path)
    assert settings == Settings()
    assert problem is not None
    assert (problem.kind, problem.kept_as) == (ProblemKind.UNREADABLE, None)
    with pytest.raises(SettingsError, match="denied"):
        save(path, CHANGED)
    path.chmod(0o600)
    assert path.read_text() == '{"show_ended": true}'


def test_a_broken_file_that_cannot_be_moved_stays(open_folder: Path) -> None:
    path = open_folder / "settings.json"
    path.write_text("rubbish")
    open_folder.chmod(0o500)
    settings, problem = load(path)
    assert settings == Settings()
    assert problem is not None
    assert (problem.kind, problem.kept_as) == (ProblemKind.BROKEN, None)
    assert "cannot be moved" in problem.reason
    with pytest.raises(SettingsError):
        save(path, CHANGED)
    assert path.read_text() == "rubbish"
