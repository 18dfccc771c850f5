"""The settings: the person's choices in one small JSON file with a version.

A feature's settings are keys of the same file: a section, read when the feature asks for it.

A wrong value is lost alone: it gets its default, and one wrong item of a list leaves the others. A
file that cannot be read at all is kept aside and reported. Keys that nobody asks for survive a
save. A file of a newer version stays as it is: work goes on with the defaults and nothing is
written over it.
"""

import logging
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta, Struct, field

from enigma_panel.core.caps import is_cap
from enigma_panel.core.task_filter import NEWEST_FIRST, NO_FILTER, Order, TaskFilter
from enigma_panel.store.files import Problem, ProblemKind, keep_aside, write_atomic

Section = TypeVar("Section", bound=Struct)
log = logging.getLogger(__name__)

VERSION = 1
TABLE_VERSION = 1
DEFAULT_BASE_URL = "https://connect.enigma.click"
MAX_BYTES = 1_000_000
"""Longest settings file that is read: a real one has a few kilobytes."""

MOST_WORDS_CHARS = 10_000
MOST_WIDTH = 10_000
"""Widest column, in pixels."""
MOST_MS = 253_402_300_800_000
"""The latest time that is accepted, in epoch ms: the year 10000."""

MOST_BROWSERS = 100
DEFAULT_BROWSERS = 5
HOLD: Final = "hold"
TERMINATE_RUNNING: Final = "terminate"
"""Actions at the cap of a day: no more tasks are started, or what runs is ended, too."""
SYSTEM: Final = "system"
LIGHT: Final = "light"
DARK: Final = "dark"
"""Choices of colours: those of the desktop, whenever it changes them, or always the same."""


class ColumnSettings(Struct, frozen=True, omit_defaults=True):
    """A column of a table. width: pixels that the person gave it, None where nobody did."""

    key: str
    hidden: bool = False
    width: int | None = None


class TableSettings(Struct, frozen=True):
    """A table's columns, empty where nobody has changed any. version: any other than ours counts as
    nothing."""

    version: int = TABLE_VERSION
    columns: tuple[ColumnSettings, ...] = ()


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the engine. `msgspec.structs.replace` makes a changed copy.

    base_url: the service's address. dialect: the one that was chosen for it, empty for the one that
    is preset. show_ended: whether ended sessions stand in the table.
    window_splitter: what the person gave the parts, three numbers. window_geometry: Qt's own state,
    base64 text, empty = none yet. has_had_tasks: whether the page of a first start is over.
    tasks_columns: how the person left them.
    cap_per_task, cap_per_day: dollars, None: no cap. A day's cap that cannot be one becomes 0, at
    which nothing is started; a task's becomes None, and so do both where the file is not read.
    task_filter, task_order: what was looked for among the tasks; what means nothing becomes none.
    others: all other keys of the file: the features' sections, and what this version does not know.
    """

    version: int = VERSION
    base_url: str = DEFAULT_BASE_URL
    dialect: Literal["", "E", "W1", "W2"] = ""
    show_ended: bool = False
    window_geometry: str = ""
    has_had_tasks: bool = False
    window_splitter: str = ""
    tasks_columns: TableSettings = TableSettings()
    browsers_at_once: Annotated[int, Meta(ge=1, le=MOST_BROWSERS)] = DEFAULT_BROWSERS
    appearance: Literal["system", "light", "dark"] = SYSTEM
    cap_per_task: Decimal | None = None
    cap_per_day: Decimal | None = None
    at_cap: Literal["hold", "terminate"] = HOLD
    task_filter: TaskFilter = NO_FILTER
    task_order: Annotated[Order, Meta(max_length=1)] = NEWEST_FIRST
    others: dict[str, Any] = msgspec.field(default_factory=dict)

    @property
    def has_cap(self) -> bool:
        """Whether what is spent is bounded in any way."""
        return self.cap_per_task is not None or self.cap_per_day is not None


class SettingsError(Exception):
    """The settings could not be written. `reason` is the system's own sentence."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class _Found(Struct, frozen=True):
    """What is at the settings' path. wrong: names of settings whose values cannot be used."""

    settings: Settings = field(default_factory=Settings)
    wrong: tuple[str, ...] = ()
    problem: ProblemKind | None = None
    reason: str = ""


def load(path: Path) -> tuple[Settings, Problem | None]:
    """The settings at `path`, or the defaults; never raises for what is found there."""
    found = _read(path)
    _warn(found.wrong)
    if found.problem is None and "cap_per_task" in found.wrong:
        return found.settings, Problem(kind=ProblemKind.NO_CAP, path=path, reason="no cap")
    if found.problem is None:
        return found.settings, None
    kept_as, reason = None, found.reason
    if found.problem is ProblemKind.BROKEN:
        try:
            kept_as = keep_aside(path)
        except OSError as error:
            reason = f"{reason}; cannot be moved: {error.strerror}"
    problem = Problem(kind=found.problem, path=path, kept_as=kept_as, reason=reason)
    return found.settings, problem


def section(settings: Settings, kind: type[Section]) -> Section:
    """The section whose fields `kind` declares. No other section and no setting of the engine may
    have a field of the same name."""
    usable, wrong = _usable_values(settings.others, kind)
    _warn(wrong)
    return msgspec.convert(usable, kind)


def with_section(settings: Settings, changed: Struct) -> Settings:
    others = {**settings.others, **msgspec.to_builtins(changed)}
    return msgspec.structs.replace(settings, others=others)


def _warn(wrong: Iterable[str]) -> None:
    for name in wrong:
        log.warning("settings: a value of %s cannot be used and is left out", name)


def save(path: Path, settings: Settings) -> bool:
    """Write the settings as a whole (0600), durably; the folder must exist.

    False when a newer version's file is there, which is left alone. A broken file that appeared
    meanwhile is kept aside. SettingsError when the disk refuses.
    """
    found = _read(path)
    if found.problem is ProblemKind.NEWER:
        return False
    if found.problem is ProblemKind.UNREADABLE:
        raise SettingsError(path, found.reason)
    try:
        if found.problem is ProblemKind.BROKEN:
            keep_aside(path)
        write_atomic(path, _encode(settings))
    except OSError as error:
        raise SettingsError(path, error.strerror or str(error)) from error
    return True


def _read(path: Path) -> _Found:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return _Found()
    except OSError as error:
        return _Found(problem=ProblemKind.UNREADABLE, reason=error.strerror or str(error))
    if len(data) > MAX_BYTES:
        return _Found(problem=ProblemKind.BROKEN, reason="too large")
    try:
        return _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _Found(problem=ProblemKind.BROKEN, reason=str(error))


def _decode(data: bytes) -> _Found:
    values = msgspec.json.decode(data, type=dict[str, Any])
    version = values.get("version", VERSION)
    # Only the number is read of a newer file: its other fields may have changed their meaning.
    if type(version) is int and version > VERSION:
        return _Found(problem=ProblemKind.NEWER, reason=f"version {version}")
    own = set(Settings.__struct_fields__) - {"others"}
    others = {name: value for name, value in values.items() if name not in own}
    usable, wrong = _usable_values({name: values[name] for name in own & values.keys()}, Settings)
    if "cap_per_day" in wrong:
        usable["cap_per_day"] = 0
    settings = msgspec.convert({**usable, "others": others}, Settings)
    return _Found(settings, wrong=wrong)


def _usable_values(
    values: dict[str, Any], kind: type[Struct]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values that can be fields of `kind`, and the names of those that cannot as they are."""
    usable, wrong = dict[str, Any](), list[str]()
    for each in msgspec.structs.fields(kind):
        if each.name not in values:
            continue
        value = values[each.name]
        kept = _usable_items(value, each.type)
        if _can_be_used(kept, each.type):
            usable[each.name] = kept
        if each.name not in usable or kept != value:
            wrong.append(each.name)
    return usable, tuple(sorted(wrong))


def _usable_items(value: Any, kind: Any) -> Any:
    """The value, a list without the items that cannot be used."""
    if isinstance(value, list) and get_origin(kind) is tuple:
        return [item for item in value if _can_be_used(item, get_args(kind)[0])]
    return value


def _can_be_used(value: Any, kind: Any) -> bool:
    try:
        return _is_usable(msgspec.convert(value, kind))
    except (msgspec.ValidationError, RecursionError):
        return False


def _is_usable(value: object) -> bool:
    """Whether it can be shown, and the ledger asked for it: a hand may have written any number."""
    if isinstance(value, Decimal):
        return is_cap(value)
    if isinstance(value, TableSettings):
        widths = (column.width for column in value.columns if column.width is not None)
        return value.version == TABLE_VERSION and all(0 < width <= MOST_WIDTH for width in widths)
    if not isinstance(value, TaskFilter):
        return True
    times = (ms for ms in (value.from_ms, value.to_ms) if ms is not None)
    is_short = len(value.words) <= MOST_WORDS_CHARS
    return is_short and all(abs(ms) <= MOST_MS for ms in times)


def _encode(settings: Settings) -> bytes:
    values = msgspec.to_builtins(settings, order="deterministic")
    others = values.pop("others")
    text = msgspec.json.encode({**others, **values})
    return msgspec.json.format(text, indent=2) + b"\n"
