"""A stand-in for the program that shows notices, on a private bus.

Obeys lines on standard input and tells on standard output, or, started by the bus, in the file that
it is given:

    click N [TOKEN] | press N LABEL | other N | dismiss N | refuse | nonsense
    hang | awake | restart

It tells "ready", "notify {...}" with what came and the number given, and "close N".
"""

import json
import os
import selectors
import sys
from pathlib import Path
from typing import Any

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

NAME = "org.freedesktop.Notifications"
NOTICES = DBusAddress("/org/freedesktop/Notifications", bus_name=NAME, interface=NAME)
KEYS = ("app", "replaces", "icon", "title", "body", "actions", "hints", "expires")
DISMISSED, BY_CALL = 2, 3


class Stand:
    def __init__(self, told_in: Path | None) -> None:
        self.told_in = told_in
        self.last = 0
        self.how = "show"
        self.early: list[Message] = []
        self.waiting = selectors.DefaultSelector()
        self.bus = self.enter()
        if told_in is None:
            self.waiting.register(sys.stdin, selectors.EVENT_READ, self.obey)

    def enter(self) -> DBusConnection:
        bus = open_dbus_connection("SESSION")
        bus.send(message_bus.RequestName(NAME))
        # What had the bus start us may come before the reply.
        while (message := bus.receive()).header.message_type is not MessageType.method_return:
            self.early.append(message)
        self.waiting.register(bus.sock, selectors.EVENT_READ, self.serve)
        return bus

    def tell(self, line: str) -> None:
        if self.told_in is None:
            print(line, flush=True)
            return
        with self.told_in.open("a") as file:
            file.write(f"{line}\n")

    def obey(self) -> None:
        told = os.read(sys.stdin.fileno(), 4096).decode()
        if not told:
            sys.exit(0)
        for line in told.splitlines():
            self.obey_line(line.split())

    def obey_line(self, words: list[str]) -> None:
        match words:
            case ["click", n]:
                self.signal("ActionInvoked", "us", (int(n), "default"))
            case ["click", n, token]:
                self.signal("ActivationToken", "us", (int(n), token))
                self.signal("ActionInvoked", "us", (int(n), "default"))
            case ["press", n, *label]:
                self.signal("ActionInvoked", "us", (int(n), " ".join(label)))
            case ["other", n]:
                self.signal("ActionInvoked", "us", (int(n), "snooze"))
            case ["dismiss", n]:
                self.signal("NotificationClosed", "uu", (int(n), DISMISSED))
            case ["hang"]:
                self.waiting.unregister(self.bus.sock)
            case ["awake"]:
                self.waiting.register(self.bus.sock, selectors.EVENT_READ, self.serve)
            case ["restart"]:
                self.waiting.unregister(self.bus.sock)
                self.bus.close()
                self.last, self.bus = 0, self.enter()
            case [how]:
                self.how = how
        self.tell(f"did {words[0]}")

    def signal(self, name: str, form: str, body: tuple[Any, ...]) -> None:
        self.bus.send(new_signal(NOTICES, name, form, body))

    def serve(self) -> None:
        while True:
            try:
                message = self.bus.receive(timeout=0)
            except TimeoutError:
                return
            except OSError:
                sys.exit(0)  # the bus has ended
            if message.header.message_type is MessageType.method_call:
                self.answer(message)

    def answer(self, call: Message) -> None:
        if call.header.fields[HeaderFields.member] == "CloseNotification":
            (notice,) = call.body
            self.tell(f"close {notice}")
            self.signal("NotificationClosed", "uu", (notice, BY_CALL))
        elif self.how == "refuse":
            self.bus.send(new_error(call, f"{NAME}.Error.ExcessNotificationGeneration"))
        elif self.how == "nonsense":
            self.bus.send(new_method_return(call, "s", ("what?",)))
        else:
            self.show(call)

    def show(self, call: Message) -> None:
        told = dict(zip(KEYS, call.body, strict=True))
        if not told["replaces"]:
            self.last += 1
        told["notice"] = told["replaces"] or self.last
        self.bus.send(new_method_return(call, "u", (told["notice"],)))
        self.tell(f"notify {json.dumps(told)}")

    def run(self) -> None:
        self.tell("ready")
        for message in self.early:
            if message.header.message_type is MessageType.method_call:
                self.answer(message)
        self.serve()
        while True:
            for key, _ in self.waiting.select():
                key.data()


if __name__ == "__main__":
    Stand(Path(sys.argv[1]) if len(sys.argv) > 1 else None).run()
