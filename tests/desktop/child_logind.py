"""A stand-in for logind on a private bus. Obeys lines on standard input, tells on standard output.

    sleep | wake | lock | unlock | hint 0 | hint 1 | refuse

It tells "ready", "inhibit WHAT WHO MODE", and "released" when its inhibitor was given back.
"""

import os
import selectors
import sys

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.login1"
MANAGER = DBusAddress("/org/freedesktop/login1", bus_name=NAME, interface=f"{NAME}.Manager")
SESSION = DBusAddress(
    "/org/freedesktop/login1/session/c2", bus_name=NAME, interface=f"{NAME}.Session"
)
PROPERTIES = DBusAddress(
    "/org/freedesktop/login1/session/c2",
    bus_name=NAME,
    interface="org.freedesktop.DBus.Properties",
)


class Stand:
    def __init__(self) -> None:
        self.bus: DBusConnection = open_dbus_connection("SYSTEM", enable_fds=True)
        self.refuses = False
        self.waiting = selectors.DefaultSelector()
        self.waiting.register(sys.stdin, selectors.EVENT_READ, self.obey)
        self.waiting.register(self.bus.sock, selectors.EVENT_READ, self.serve)

    def obey(self) -> None:
        told = os.read(sys.stdin.fileno(), 4096).decode()
        if not told:
            sys.exit(0)
        for line in told.splitlines():
            self.obey_line(line)

    def obey_line(self, line: str) -> None:
        match line.split():
            case ["sleep"]:
                self.bus.send(new_signal(MANAGER, "PrepareForSleep", "b", (True,)))
            case ["wake"]:
                self.bus.send(new_signal(MANAGER, "PrepareForSleep", "b", (False,)))
            case ["lock"]:
                self.bus.send(new_signal(SESSION, "Lock"))
            case ["unlock"]:
                self.bus.send(new_signal(SESSION, "Unlock"))
            case ["hint", n]:
                body = (SESSION.interface, {"LockedHint": ("b", n == "1")}, [])
                self.bus.send(new_signal(PROPERTIES, "PropertiesChanged", "sa{sv}as", body))
            case ["refuse"]:
                self.refuses = True

    def serve(self) -> None:
        while True:
            try:
                message = self.bus.receive(timeout=0)
            except TimeoutError:
                return
            if message.header.message_type is MessageType.method_call:
                self.inhibit(message)

    def inhibit(self, call: Message) -> None:
        assert call.header.fields[HeaderFields.member] == "Inhibit"
        if self.refuses:
            self.bus.send(new_error(call, "org.freedesktop.DBus.Error.AccessDenied"))
            return
        ours, theirs = os.pipe()
        self.bus.send(new_method_return(call, "h", (theirs,)))
        os.close(theirs)
        what, who, _, mode = call.body
        tell(f"inhibit {what} {who} {mode}")
        self.waiting.register(ours, selectors.EVENT_READ, lambda: self.released(ours))

    def released(self, pipe: int) -> None:
        self.waiting.unregister(pipe)
        os.close(pipe)
        tell("released")

    def run(self) -> None:
        for key, _ in self.waiting.select():
            key.data()


def tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    stand = Stand()
    stand.bus.send_and_get_reply(message_bus.RequestName(NAME))
    tell("ready")
    while True:
        stand.run()
