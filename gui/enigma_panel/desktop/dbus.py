"""The D-Bus clients: logind (sleep, locked screen) and the desktop's notifications.

The only module that imports jeepney.
"""

import html
import os
import re
from collections.abc import Iterator
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageFlag,
    MessageType,
    new_method_call,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from enigma_panel.desktop.notifications import (
    Clicked,
    Closed,
    NotificationEvent,
    Refused,
    ServerChanged,
    Shown,
)
from enigma_panel.desktop.power import BusError, PowerEvent

REPLY_S = 2.0
LOGIND = "org.freedesktop.login1"
PATH = "/org/freedesktop/login1"
MANAGER = f"{LOGIND}.Manager"
SESSION = f"{LOGIND}.Session"
PROPERTIES = "org.freedesktop.DBus.Properties"
BUS = "org.freedesktop.DBus"

LONGEST = 300
"""Most characters of a notification's title or body."""
NOTIFICATIONS = "org.freedesktop.Notifications"
SERVER = DBusAddress(
    "/org/freedesktop/Notifications", bus_name=NOTIFICATIONS, interface=NOTIFICATIONS
)

APP, ENTRY = "Enigma Control Panel", "enigma-control-panel"
CLICK = "default"
"""The name of the action that a click on the notification itself means."""
HINTS = {
    "desktop-entry": ("s", ENTRY),
    "urgency": ("y", 1),  # normal: GNOME shows no banner for a low one
    "category": ("s", "x-enigma.task.ended"),  # the specification has none for this
    "suppress-sound": ("b", True),  # it is no alarm
}
BY_ITS_OWN_TIME = -1

_TOKEN_FORM = re.compile(r"[!-~]{1,200}")

_FAULTS = (OSError, ValueError, KeyError, RuntimeError)
"""No bus, nobody on it who answers, a bus that goes away, an address that makes no sense."""

_LOCKS = {"Lock": PowerEvent.LOCKED, "Unlock": PowerEvent.UNLOCKED}


class Logind:
    """A connection to logind; implements `power.SleepBus`.

    Only signals of the name's owner are read: any program of this computer may send us signals of
    that name, and one of them would have us terminate sessions.
    """

    def __init__(self, connection: DBusConnection, owner: str) -> None:
        self._connection = connection
        self._owner = owner

    @classmethod
    def open(cls) -> "Logind":
        """Connect and listen. Blocking, a few seconds at most; raises BusError."""
        try:
            connection = open_dbus_connection("SYSTEM")
        except _FAULTS as error:
            raise BusError(type(error).__name__) from error
        try:
            for rule in _rules():
                _call(connection, message_bus.AddMatch(rule))
            (owner,) = _call(connection, message_bus.GetNameOwner(LOGIND))
        except (*_FAULTS, BusError) as error:
            connection.close()
            raise BusError(type(error).__name__) from error
        return cls(connection, owner)

    def fileno(self) -> int:
        """Readable when `read` has something to do."""
        return int(self._connection.sock.fileno())

    def read(self) -> list[PowerEvent]:
        """The events since the last call, without waiting. BusError when the bus is gone."""
        try:
            return list(self._read())
        except _FAULTS as error:
            raise BusError(type(error).__name__) from error

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def inhibit_sleep(self, why: str) -> int:
        """Have sleep wait for us for some seconds: a file descriptor, given back by closing it.

        Blocking; raises BusError. why: shown to people who ask what delays their computer's sleep.
        """
        try:
            with open_dbus_connection("SYSTEM", enable_fds=True) as connection:
                manager = DBusAddress(PATH, bus_name=LOGIND, interface=MANAGER)
                arguments = ("sleep", "Enigma Control Panel", why, "delay")
                (handle,) = _call(
                    connection, new_method_call(manager, "Inhibit", "ssss", arguments)
                )
                descriptor = int(handle.to_raw_fd())
        except _FAULTS as error:
            raise BusError(type(error).__name__) from error
        os.set_inheritable(descriptor, False)
        return descriptor

    def _read(self) -> Iterator[PowerEvent]:
        while True:
            try:
                message = self._connection.receive(timeout=0)
            except TimeoutError:
                return
            if message.header.message_type is not MessageType.signal:
                continue
            fields = message.header.fields
            if fields.get(HeaderFields.sender) == BUS:
                self._follow_owner(message)
            elif fields.get(HeaderFields.sender) == self._owner:
                yield from _events_in(message)

    def _follow_owner(self, message: Message) -> None:
        if message.header.fields.get(HeaderFields.member) == "NameOwnerChanged":
            name, _, owner = message.body
            self._owner = owner if name == LOGIND else self._owner


def _rules() -> Iterator[MatchRule]:
    yield MatchRule(type="signal", sender=LOGIND, interface=MANAGER, member="PrepareForSleep")
    yield MatchRule(type="signal", sender=LOGIND, interface=SESSION)
    changed = MatchRule(
        type="signal", sender=LOGIND, interface=PROPERTIES, member="PropertiesChanged"
    )
    changed.add_arg_condition(0, SESSION)
    yield changed
    owner = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
    owner.add_arg_condition(0, LOGIND)
    yield owner


def _call(connection: DBusConnection, message: Message) -> tuple[Any, ...]:
    reply = connection.send_and_get_reply(message, timeout=REPLY_S)
    if reply.header.message_type is MessageType.error:
        raise BusError(str(reply.header.fields.get(HeaderFields.error_name)))
    return tuple(reply.body)


def _events_in(message: Message) -> Iterator[PowerEvent]:
    """The screen of another session of this computer may be meant; nothing depends on that."""
    fields, body = message.header.fields, message.body
    match fields.get(HeaderFields.interface), fields.get(HeaderFields.member), body:
        case (_, "PrepareForSleep", (bool(begins),)) if fields[HeaderFields.interface] == MANAGER:
            yield PowerEvent.SLEEPS if begins else PowerEvent.WOKE
        case (_, "Lock" | "Unlock" as member, _) if fields[HeaderFields.interface] == SESSION:
            yield _LOCKS[member]
        case (_, "PropertiesChanged", (_, {"LockedHint": ("b", bool(locked))}, _)):
            yield PowerEvent.LOCKED if locked else PowerEvent.UNLOCKED


class DesktopNotifications:
    """A connection to the session bus; implements `notifications.NotificationBus`.

    Only signals of the program that shows the notifications are read: any other may send us signals
    of that name.
    """

    def __init__(self, connection: DBusConnection, owner: str, action: str) -> None:
        self._connection = connection
        self._owner = owner
        self._action = action
        self._token = (0, "")

    @classmethod
    def open(cls, action: str) -> "DesktopNotifications":
        """Connect and listen. Blocking, for ever where the bus hangs; raises BusError.

        action: the text for what a click does; few desktops show it.
        """
        try:
            connection = open_dbus_connection("SESSION")
        except _FAULTS as error:
            raise BusError(type(error).__name__) from error
        try:
            for rule in _notification_rules():
                _call(connection, message_bus.AddMatch(rule))
            owner = _owner(connection)
            connection.sock.setblocking(False)  # from here on nothing may wait
        except (*_FAULTS, BusError) as error:
            connection.close()
            raise BusError(type(error).__name__) from error
        return cls(connection, owner, action)

    def fileno(self) -> int:
        """Readable when `read` has something to do."""
        return int(self._connection.sock.fileno())

    def read(self) -> list[NotificationEvent]:
        """The events since the last call. BusError when the bus is gone."""
        try:
            return list(self._read())
        except _FAULTS as error:
            raise BusError(type(error).__name__) from error

    def notify(self, title: str, body: str, replaces: int) -> int:
        """Have this shown in place of that notification (0: of none); returns the call's number.

        Plain texts: a body is read as markup by those who show it, so it is escaped here. Raises
        BusError.
        """
        call = new_method_call(
            SERVER,
            "Notify",
            "susssasa{sv}i",
            (
                APP,
                replaces,
                ENTRY,
                _plain(title),
                html.escape(_plain(body), quote=False),
                [CLICK, _plain(self._action)],
                HINTS,
                BY_ITS_OWN_TIME,
            ),
        )
        return self._send(call)

    def remove(self, notification: int) -> None:
        """Close that notification; no program is started for it, none answers. Raises BusError."""
        call = new_method_call(SERVER, "CloseNotification", "u", (notification,))
        call.header.flags = MessageFlag.no_reply_expected | MessageFlag.no_auto_start
        self._send(call)

    def close(self) -> None:
        """Leave the bus."""
        self._connection.close()

    def _send(self, call: Message) -> int:
        number = int(next(self._connection.outgoing_serial))
        try:
            self._connection.send(call, serial=number)
        except _FAULTS as error:
            raise BusError(type(error).__name__) from error
        return number

    def _read(self) -> Iterator[NotificationEvent]:
        while True:
            try:
                message = self._connection.receive(timeout=0)
            except TimeoutError:
                return
            fields = message.header.fields
            sender = fields.get(HeaderFields.sender)
            if message.header.message_type is not MessageType.signal:
                yield from _answer(message)
            elif sender == BUS and fields.get(HeaderFields.member) == "NameOwnerChanged":
                yield from self._follow_owner(message.body)
            elif sender == self._owner and fields.get(HeaderFields.interface) == NOTIFICATIONS:
                yield from self._signal(fields.get(HeaderFields.member), message.body)

    def _follow_owner(self, body: tuple[Any, ...]) -> Iterator[NotificationEvent]:
        name, _, owner = body
        if name == NOTIFICATIONS:
            self._owner = owner
            yield ServerChanged()

    def _signal(self, member: str, body: tuple[Any, ...]) -> Iterator[NotificationEvent]:
        match member, body:
            case "ActivationToken", (int(number), str(token)) if _TOKEN_FORM.fullmatch(token):
                self._token = (number, token)
            case "ActionInvoked", (int(number), str(action)) if action == CLICK:
                known, token = self._token
                self._token = (0, "")  # good for one time
                yield Clicked(number, token if known == number else "")
            case "NotificationClosed", (int(number), *_):
                yield Closed(number)


def _answer(message: Message) -> Iterator[NotificationEvent]:
    call = message.header.fields.get(HeaderFields.reply_serial, 0)
    match message.header.message_type, message.body:
        case MessageType.method_return, (int(number),):
            yield Shown(call, number)
        case ((MessageType.method_return | MessageType.error), _):
            yield Refused(call)


def _notification_rules() -> Iterator[MatchRule]:
    yield MatchRule(type="signal", sender=NOTIFICATIONS, interface=NOTIFICATIONS)
    owner = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
    owner.add_arg_condition(0, NOTIFICATIONS)
    yield owner


def _owner(connection: DBusConnection) -> str:
    """Who shows notifications; "" where nobody does yet: the bus may start a program for them."""
    (is_there,) = _call(connection, message_bus.NameHasOwner(NOTIFICATIONS))
    if not is_there:
        return ""
    (owner,) = _call(connection, message_bus.GetNameOwner(NOTIFICATIONS))
    return str(owner)


def _plain(text: str) -> str:
    """A text that the bus accepts: no NUL, no half emoji, no mark that turns the direction."""
    printable = "".join(char if char.isprintable() else " " for char in text[:LONGEST])
    return " ".join(printable.split())
