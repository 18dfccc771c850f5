"""The row mapper: frozen Struct <-> row, derived from the record's own fields.

Nested records (TaskSpec, Limits, Usage) become columns of the same row under their own names. What
SQLite cannot store is changed here: a lone surrogate becomes U+FFFD, an integer beyond 64
bits the largest one; nothing else changes. NUL and every other character stay.
"""

import json
import types
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from msgspec import Struct

from enigma_panel.core.observation import ResultFile

R = TypeVar("R", bound=Struct)

_MAX_INT = 2**63 - 1

Convert = Callable[[Any], Any]


def clean_text(text: str) -> str:
    """The text with halves of surrogate pairs joined and lone ones replaced by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _fit(number: int) -> int:
    return number if -_MAX_INT <= number <= _MAX_INT else _MAX_INT if number > 0 else -_MAX_INT


def _encode_texts(texts: tuple[str, ...]) -> str:
    return json.dumps([clean_text(text) for text in texts], ensure_ascii=False)


def _decode_texts(text: str) -> tuple[str, ...]:
    texts = json.loads(text)
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise ValueError("a list that is none of texts")
    return tuple(texts)


def _encode_files(files: tuple[ResultFile, ...]) -> str:
    return _encode_texts(tuple(t for file in files for t in (file.name, file.url, file.source)))


def _decode_files(text: str) -> tuple[ResultFile, ...]:
    texts = _decode_texts(text)
    threes = zip(texts[::3], texts[1::3], texts[2::3], strict=True)
    return tuple(ResultFile(name=name, url=url, source=source) for name, url, source in threes)


_CODECS: Mapping[Any, tuple[Convert | None, Convert | None]] = {
    int: (_fit, None),
    bool: (None, bool),
    str: (clean_text, None),
    Decimal: (str, Decimal),
    tuple[str, ...]: (_encode_texts, _decode_texts),
    tuple[ResultFile, ...]: (_encode_files, _decode_files),
}
"""Conversions to and from the column; None where SQLite's module needs none."""


def _codec(hint: Any) -> tuple[Convert | None, Convert | None]:
    if get_origin(hint) is types.UnionType:
        hint = next(arg for arg in get_args(hint) if arg is not types.NoneType)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return None, hint
    return _CODECS[hint]


class _Plan:
    """How one Struct maps to columns; the nested ones share its lists."""

    def __init__(self, cls: type[Struct]) -> None:
        self.paths: list[str] = []
        self.encoders: list[tuple[int, Convert]] = []
        self.decoders: list[tuple[int, Convert]] = []
        self.build = self._builder(cls, "")

    def _builder(self, cls: type[Struct], prefix: str) -> Convert:
        """A function from the list of decoded values to the record."""
        hints = get_type_hints(cls)
        first = len(self.paths)
        parts: dict[str, Convert] = {}
        for name in cls.__struct_fields__:
            hint = hints[name]
            if isinstance(hint, type) and issubclass(hint, Struct):
                parts[name] = self._builder(hint, f"{prefix}{name}.")
            else:
                parts[name] = self._leaf(f"{prefix}{name}", hint)
        end = len(self.paths)
        if end - first == len(parts):  # nothing nested: much quicker, for thousands of steps
            names = tuple(parts)
            return lambda values: cls(**dict(zip(names, values[first:end], strict=True)))
        return lambda values: cls(**{name: part(values) for name, part in parts.items()})

    def _leaf(self, path: str, hint: Any) -> Convert:
        index = len(self.paths)
        self.paths.append(path)
        encode, decode = _codec(hint)
        if encode is not None:
            self.encoders.append((index, encode))
        if decode is not None:
            self.decoders.append((index, decode))
        return lambda values: values[index]


def _convert(values: list[Any], converters: Sequence[tuple[int, Convert]]) -> list[Any]:
    for index, convert in converters:
        value = values[index]
        if value is not None:
            values[index] = convert(value)
    return values


class BadRow(Struct, frozen=True, kw_only=True):
    """A row that cannot be read and stays as it is. reason: for the log, without its texts."""

    table: str
    key: int
    reason: str


class RecordTable(Generic[R]):
    """One table of records whose first field is `key`; `derived` columns are only written.

    columns: names in reading order. insert, update: SQL with one placeholder a value, the key's
    first in `insert` and last in `update`; to update what was deleted changes nothing.
    """

    def __init__(
        self, record: type[R], name: str, derived: Mapping[str, Callable[[R], Any]] | None = None
    ) -> None:
        self._plan = _Plan(record)
        self._get = attrgetter(*self._plan.paths)
        self._derived = dict(derived or {})
        self.name = name
        self.columns = tuple(path.rpartition(".")[2] for path in self._plan.paths)
        self.select = f"SELECT {', '.join(self.columns)} FROM {name}"  # noqa: S608 - own names
        written = [*self.columns, *self._derived]
        self.insert = _insert(name, written)
        updates = ", ".join(f"{column} = ?" for column in written[1:])
        self.update = f"UPDATE {name} SET {updates} WHERE key = ?"  # noqa: S608 - own names

    def values(self, record: R) -> list[Any]:
        """The parameters of `insert`, the key first."""
        own = _convert(list(self._get(record)), self._plan.encoders)
        return own + [derive(record) for derive in self._derived.values()]

    def read(self, row: Sequence[Any]) -> R:
        """The record of a row of `select`; ValueError when a value fits no field."""
        try:
            record: R = self._plan.build(_convert(list(row), self._plan.decoders))
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise ValueError(str(error)) from error
        return record

    def stored(self, record: R, values: Sequence[Any]) -> R:
        """The record as it will be read back, given its `values`: itself unless they differ."""
        return self.read(values[: len(self.columns)]) if self._differs(record, values) else record

    def _differs(self, record: R, values: Sequence[Any]) -> bool:
        given = self._get(record)
        return any(
            _loses(encode, given[index], values[index]) for index, encode in self._plan.encoders
        )


def _loses(encode: Convert, given: Any, written: Any) -> bool:
    if encode is str:  # exact, though it makes another type of it
        return False
    same: bool = (_decode_texts(written) if encode is _encode_texts else written) == given
    return not same


def _insert(name: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - own names
