"""A stand-in for a desktop's tray: takes icons, reads them, and clicks what is in their menus.

Obeys lines on standard input and answers each by a line of JSON:

    tip | menu | click TEXT | activate

It tells "ready" once it has the name of the tray, and "item" when an icon came.
"""

import json
import selectors
import sys
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    new_method_call,
    new_method_return,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg

NAME = "org.kde.StatusNotifierWatcher"
ITEM, MENU = "org.kde.StatusNotifierItem", "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"


def tell(line: str) -> None:
    print(line, flush=True)


class Tray:
    """The stand-in; it takes one icon."""

    def __init__(self) -> None:
        self.watch = open_dbus_connection("SESSION")
        self.asks = open_dbus_connection("SESSION")
        unwrap_msg(self.watch.send_and_get_reply(message_bus.RequestName(NAME)))
        self.item = ""

    def serve(self, message: Message) -> None:
        if message.header.message_type is not MessageType.method_call:
            return
        fields = message.header.fields
        member = fields.get(HeaderFields.member)
        if member == "Get":
            # There is somebody who shows icons; all else of it nobody asks for.
            self.watch.send(new_method_return(message, "v", (("b", True),)))
        else:
            self.watch.send(new_method_return(message))
        if member == "RegisterStatusNotifierItem":
            self.item = fields[HeaderFields.sender]
            tell("item")

    def obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        match word:
            case "tip":
                tell(json.dumps(self.read("ToolTip")[2]))
            case "menu":
                tell(json.dumps(self.entries()))
            case "click":
                number = self.numbers()[rest]
                event = (number, "clicked", ("s", ""), 0)
                self.call(self.menu(), MENU, "Event", "isvu", event)
                tell("done")
            case "activate":
                self.call("/StatusNotifierItem", ITEM, "Activate", "ii", (0, 0))
                tell("done")

    # -- the icon --------------------------------------------------------------------------------

    def call(self, path: str, interface: str, method: str, form: str, values: Any) -> Any:
        address = DBusAddress(path, bus_name=self.item, interface=interface)
        reply = self.asks.send_and_get_reply(
            new_method_call(address, method, form, values), timeout=10
        )
        return unwrap_msg(reply)

    def read(self, name: str) -> Any:
        values = (ITEM, name)
        (found,) = self.call("/StatusNotifierItem", PROPERTIES, "Get", "ss", values)
        # (icon's name, pictures, title, text)
        value = found[1]
        return (*value[:2], value[2] or value[3]) if name == "ToolTip" else value

    def menu(self) -> str:
        return str(self.read("Menu"))

    def layout(self) -> Any:
        self.call(self.menu(), MENU, "AboutToShow", "i", (0,))
        return self.call(self.menu(), MENU, "GetLayout", "iias", (0, -1, ["label"]))[1]

    def entries(self) -> dict[str, Any]:
        """Labels, each with those of the menu below it."""
        return _below(self.layout())

    def numbers(self) -> dict[str, int]:
        """The number of each entry, however deep."""
        found: dict[str, int] = {}
        waiting = [self.layout()]
        while waiting:
            number, facts, below = waiting.pop()
            found[_label(facts)] = number
            waiting += [one[1] for one in below]
        return found


def _label(facts: dict[str, Any]) -> str:
    return str(facts.get("label", ("s", ""))[1]).replace("_", "")


def _below(layout: Any) -> dict[str, Any]:
    _number, _facts, below = layout
    return {_label(one[1][1]): _below(one[1]) for one in below}


def main() -> None:
    tray = Tray()
    waiting = selectors.DefaultSelector()
    waiting.register(tray.watch.sock, selectors.EVENT_READ)
    waiting.register(sys.stdin, selectors.EVENT_READ)
    tell("ready")
    while True:
        for key, _ in waiting.select():
            if key.fileobj is not sys.stdin:
                _read(tray, tray.watch)
            elif line := sys.stdin.readline():
                tray.obey(line.strip())
            else:
                return


def _read(tray: Tray, bus: DBusConnection) -> None:
    tray.serve(bus.receive())


main()
