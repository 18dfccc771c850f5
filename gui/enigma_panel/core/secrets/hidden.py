"""`Hidden` fields: what a record's `repr`, and so a log or a traceback, leaves out."""

from typing import Annotated, TypeVar, get_type_hints

from msgspec import Struct

_T = TypeVar("_T")
_HIDDEN = object()

Hidden = Annotated[_T, _HIDDEN]
"""The type of such a field: an id, an address or a text that may hold a secret."""


class HidingStruct(Struct, frozen=True):
    """The base of records with `Hidden` fields."""

    def __repr__(self) -> str:
        hints = get_type_hints(type(self), include_extras=True)
        hidden = {n for n, h in hints.items() if _HIDDEN in getattr(h, "__metadata__", ())}
        shown = (n for n in self.__struct_fields__ if n not in hidden)
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__name__}({values})"
