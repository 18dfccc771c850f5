"""The accessibility bus as a screen reader sees it: nodes that are read and acted on, and events.

Plain D-Bus calls on the AT-SPI interfaces. No key, no pointer and no place on the screen is known
here, so whatever is done was done by means of the bus alone.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from enum import IntEnum
from types import TracebackType
from typing import Any, Self, TypeVar

from jeepney import (
    DBusAddress,
    DBusErrorResponse,
    HeaderFields,
    MatchRule,
    Message,
    message_bus,
    new_method_call,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg

ATSPI = "org.a11y.atspi."
REGISTRY = "org.a11y.atspi.Registry"
ROOT = "/org/a11y/atspi/accessible/root"
NOTHING = "/org/a11y/atspi/null"
PROPERTIES = "org.freedesktop.DBus.Properties"
LABELLED_BY = 2
CALL_S = 60.0
STEP_S = 60.0
BEAT_S = 0.05

T = TypeVar("T")


class Role(IntEnum):
    """Numbers of AT-SPI roles; `text` is what Qt calls its entries."""

    CHECK_BOX = 7
    COMBO_BOX = 11
    DIALOG = 16
    FRAME = 23
    LABEL = 29
    LIST = 31
    PANEL = 39
    PASSWORD = 40
    BUTTON = 43
    RADIO_BUTTON = 44
    TABLE = 55
    TEXT = 61
    TOGGLE_BUTTON = 62


SHOWING = 25
"""The AT-SPI state of what a person could see."""


PROGRAM_GONE = frozenset(
    f"org.freedesktop.DBus.Error.{name}" for name in ("NoReply", "ServiceUnknown")
)
"""The bus's own errors for a program that has ended."""


class BusError(AssertionError):
    """Something is not on the bus, or did not come in time."""


class Bus:
    """A connection to the accessibility bus that belongs to a session bus."""

    def __init__(self, session_bus: str) -> None:
        with open_dbus_connection(session_bus, auth_timeout=CALL_S) as session:
            launcher = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            ask = new_method_call(launcher, "GetAddress")
            (address,) = unwrap_msg(session.send_and_get_reply(ask, timeout=CALL_S))
        self._link: DBusConnection = open_dbus_connection(address, auth_timeout=CALL_S)
        self._events: deque[Message] = deque()
        self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._link.close()

    @property
    def heard(self) -> list[str]:
        """What every event said, behind its name."""
        members = (event.header.fields[HeaderFields.member] for event in self._events)
        bodies = (event.body for event in self._events)
        return [f"{member} {body}" for member, body in zip(members, bodies, strict=True)]

    @property
    def announced(self) -> list[tuple[int, str]]:
        """How urgently a screen reader was to say what: 1 is polite, 2 interrupts it."""
        told = (
            event.body
            for event in self._events
            if event.header.fields[HeaderFields.member] == "Announcement"
        )
        return [(politeness, text) for _, politeness, _, (_, text), *_ in told]

    def programs(self) -> "list[Node]":
        return Node(self, REGISTRY, ROOT).children()

    def call(
        self, owner: str, path: str, interface: str, method: str, signature: str = "", *body: Any
    ) -> Any:
        """Call a method; its only result, or the tuple of them. DBusErrorResponse if refused."""
        target = DBusAddress(path, owner, interface)
        message = new_method_call(target, method, signature or None, body)
        found = unwrap_msg(self._link.send_and_get_reply(message, timeout=CALL_S))
        return found[0] if len(found) == 1 else found

    def _listen(self) -> None:
        """Ask for all events, as a screen reader does, and keep them."""
        for kind in ("Object", "Window", "Focus"):
            rule = MatchRule(type="signal", interface=f"{ATSPI}Event.{kind}")
            unwrap_msg(self._link.send_and_get_reply(message_bus.AddMatch(rule), timeout=CALL_S))
            self._link.filter(rule, queue=self._events)
            path = "/org/a11y/atspi/registry"
            name = f"{kind.lower()}:"
            self.call(REGISTRY, path, REGISTRY, "RegisterEvent", "sass", name, [], "")


class Node:
    """One accessible object. Nothing is remembered: each look asks the program."""

    def __init__(self, bus: Bus, owner: str, path: str) -> None:
        self._bus = bus
        self._owner = owner
        self.path = path

    # -- reading -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What is said first."""
        return str(self._get("Accessible", "Name"))

    @property
    def description(self) -> str:
        """What is said after it."""
        return str(self._get("Accessible", "Description"))

    @property
    def role(self) -> int:
        return int(self._call("Accessible", "GetRole"))

    @property
    def role_name(self) -> str:
        return str(self._call("Accessible", "GetRoleName"))

    @property
    def states(self) -> frozenset[int]:
        """The numbers of its states."""
        low, high = self._call("Accessible", "GetState")
        bits = low | high << 32
        return frozenset(bit for bit in range(64) if bits >> bit & 1)

    @property
    def interfaces(self) -> frozenset[str]:
        found = self._call("Accessible", "GetInterfaces")
        return frozenset(str(name).removeprefix(ATSPI) for name in found)

    @property
    def text(self) -> str:
        return str(self._call("Text", "GetText", "ii", 0, -1))

    @property
    def labels(self) -> list[str]:
        """The names of what labels it: a combo box's own name is what is chosen in it."""
        found = self._call("Accessible", "GetRelationSet")
        nodes = [node for kind, nodes in found if kind == LABELLED_BY for node in nodes]
        return [Node(self._bus, owner, path).name for owner, path in nodes]

    def is_showing(self) -> bool:
        return SHOWING in self.states

    def children(self) -> "list[Node]":
        found = self._call("Accessible", "GetChildren")
        return [Node(self._bus, owner, path) for owner, path in found if path != NOTHING]

    def child_count(self) -> int:
        return int(self._get("Accessible", "ChildCount"))

    def child(self, index: int) -> "Node | None":
        owner, path = self._call("Accessible", "GetChildAtIndex", "i", index)
        return Node(self._bus, owner, path) if path != NOTHING else None

    def walk(self, depth: int = 0) -> "Iterator[tuple[int, Node]]":
        """This node and all below, with their depth; what goes meanwhile is left out."""
        yield depth, self
        try:
            children = self.children()
        except DBusErrorResponse:
            return
        for child in children:
            yield from child.walk(depth + 1)

    def said(self) -> list[str]:
        """Everything that it tells about itself in words or figures."""
        told = [self.name, self.description]
        told += [str(self._get("Accessible", what)) for what in ("HelpText", "AccessibleId")]
        told.append(str(self._call("Accessible", "GetAttributes")))
        interfaces = self.interfaces
        if "Text" in interfaces:
            told.append(self.text)
        if "Value" in interfaces:
            told.append(str(self._get("Value", "CurrentValue")))
        return [words for words in told if words]

    # -- tables ------------------------------------------------------------------------------

    def row_count(self) -> int:
        return int(self._get("Table", "NRows"))

    def rows(self) -> list[list[str]]:
        """All cells of a table, as they are spoken."""
        columns = range(self._get("Table", "NColumns"))
        rows = range(self.row_count())
        return [[self._cell(row, column).name for column in columns] for row in rows]

    def select_row(self, row: int) -> None:
        self._call("Selection", "ClearSelection")
        if not self._call("Table", "AddRowSelection", "i", row):
            raise BusError(f"row {row} of “{self.name}” cannot be selected")

    def selected_rows(self) -> list[int]:
        return list(self._call("Table", "GetSelectedRows"))

    def _cell(self, row: int, column: int) -> "Node":
        owner, path = self._call("Table", "GetAccessibleAt", "ii", row, column)
        return Node(self._bus, owner, path)

    # -- acting ------------------------------------------------------------------------------

    def actions(self) -> list[str]:
        """The names of what can be done with it, without the spaces that Qt 6.12 puts into them."""
        return [str(action[0]).replace(" ", "") for action in self._call("Action", "GetActions")]

    def act(self, name: str) -> None:
        offered = self.actions()
        if name not in offered:
            raise BusError(f"“{self.name}” offers {offered}, not {name}")
        self._call("Action", "DoAction", "i", offered.index(name))

    def write(self, text: str) -> None:
        self._call("EditableText", "SetTextContents", "s", text)

    def select_child(self, name: str) -> None:
        for place, child in enumerate(self.children()):
            if child.name == name:
                self._call("Selection", "SelectChild", "i", place)
                return
        raise BusError(f"there is no “{name}” in it")

    # -- inside ------------------------------------------------------------------------------

    def _call(self, interface: str, method: str, signature: str = "", *body: Any) -> Any:
        name = ATSPI + interface
        return self._bus.call(self._owner, self.path, name, method, signature, *body)

    def _get(self, interface: str, name: str) -> Any:
        ask = (PROPERTIES, "Get", "ss", ATSPI + interface, name)
        _kind, value = self._bus.call(self._owner, self.path, *ask)
        return value


def until(what: str, look: Callable[[], T | None], limit: float = STEP_S) -> T:
    """Look until there is something; BusError when the time is over.

    DBusErrorResponse where the program has ended.
    """
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            found = look()
        except DBusErrorResponse as error:
            if error.name in PROGRAM_GONE:
                raise
            found = None  # it went while it was being read
        if found:
            return found
        time.sleep(BEAT_S)
    raise BusError(f"not within {limit:.0f} s: {what}")
