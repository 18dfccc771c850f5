"""The desktop's notifications over D-Bus.

The only module that imports jeepney. Its own import raises BusError where that is not installed: it
comes on Linux only.
"""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from enigma_panel.desktop.notifications import (
    BusError,
    Clicked,
    Closed,
    NotificationEvent,
    Refused,
    ServerChanged,
    Shown,
)
from enigma_panel.services.desktop_notifier import DesktopNotice

try:
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
except ModuleNotFoundError as error:
    raise BusError("no library") from error

REPLY_S = 2.0
BUS = "org.freedesktop.DBus"

LONGEST = 300
"""Most characters of a notification's title or body."""
NOTIFICATIONS = "org.freedesktop.Notifications"
SERVER = DBusAddress(
    "/org/freedesktop/Notifications", bus_name=NOTIFICATIONS, interface=NOTIFICATIONS
)

APP, ICON = "Enigma Control Panel", "enigma-control-panel"
ENTRY = "io.github.enigma_control_panel.enigma_panel"
"""The name of the desktop entry in packaging/, without its ending."""
CLICK = "default"
"""The name of the action that a click on the notification itself means."""
NORMAL, CRITICAL = 1, 2
"""Urgencies; GNOME shows no banner for a low one."""
SOUND = "message-new-instant"
"""Sound of a notification, from the freedesktop themes of sounds."""
SERVER_DEFAULT, NEVER = -1, 0
LONGEST_MS = 2**31 - 1

_TOKEN_FORM = re.compile(r"[!-~]{1,200}")

_FAULTS = (OSError, ValueError, KeyError, RuntimeError)
"""Faults of a bus: there is none, nobody answers, it goes away, its address is nonsense."""


class DesktopNotifications:
    """A connection to the session bus.

    Only signals of the program that shows the notifications are read: any program of this computer
    may send us signals of the same name, and one of them would open a window. The constructor
    blocks, for ever where the bus hangs; raises BusError.
    """

    def __init__(self) -> None:
        self._token = (0, "")
        with _bus_errors():
            self._connection = open_dbus_connection("SESSION")
        try:
            with _bus_errors():
                change = _rule(BUS, BUS, "NameOwnerChanged")
                change.add_arg_condition(0, NOTIFICATIONS)
                for rule in (_rule(NOTIFICATIONS, NOTIFICATIONS), change):
                    _call(self._connection, message_bus.AddMatch(rule))
                self._owner = self._find_owner()
                self._connection.sock.setblocking(False)  # from here on nothing may wait
        except BusError:
            self.close()
            raise

    def fileno(self) -> int:
        """The file descriptor that is readable when `read` has something to do."""
        return int(self._connection.sock.fileno())

    def read(self) -> list[NotificationEvent]:
        """The events since the last call, without waiting. BusError when the bus is gone."""
        with _bus_errors():
            return list(self._read())

    def close(self) -> None:
        self._connection.close()

    def notify(self, notice: DesktopNotice, replaces: int) -> int:
        """Show this, escaped, in place of that (0: none); returns the call's number. BusError."""
        actions = [CLICK, _plain(notice.action)]
        for label in notice.buttons:  # a button is told from others by what it says
            actions += [label, label]
        call = new_method_call(
            SERVER,
            "Notify",
            "susssasa{sv}i",
            (
                APP,
                replaces,
                ICON,
                _plain(notice.title),
                html.escape(_plain(notice.body), quote=False),
                actions,
                _hints(notice),
                _expires_ms(notice),
            ),
        )
        return self._send(call)

    def remove(self, notification: int) -> None:
        """Close that notification; no program is started for it, none answers. Raises BusError."""
        call = new_method_call(SERVER, "CloseNotification", "u", (notification,))
        call.header.flags = MessageFlag.no_reply_expected | MessageFlag.no_auto_start
        self._send(call)

    def _find_owner(self) -> str:
        """The owner of the name; "" where there is none yet: the bus may start a program for it."""
        (is_there,) = _call(self._connection, message_bus.NameHasOwner(NOTIFICATIONS))
        if not is_there:
            return ""
        (owner,) = _call(self._connection, message_bus.GetNameOwner(NOTIFICATIONS))
        return str(owner)

    def _read(self) -> Iterator[NotificationEvent]:
        while True:
            try:
                message = self._connection.receive(timeout=0)
            except TimeoutError:
                return
            fields = message.header.fields
            sender = fields.get(HeaderFields.sender)
            if message.header.message_type is not MessageType.signal:
                yield from self._replied(message)
            elif sender == BUS and fields.get(HeaderFields.member) == "NameOwnerChanged":
                name, _, owner = message.body
                if name == NOTIFICATIONS:
                    self._owner = owner
                    yield ServerChanged(bool(owner))
            elif sender == self._owner:
                interface, member = fields.get(HeaderFields.interface), fields[HeaderFields.member]
                yield from self._signal(interface, member, message.body)

    def _send(self, call: Message) -> int:
        number = int(next(self._connection.outgoing_serial))
        with _bus_errors():
            self._connection.send(call, serial=number)
        return number

    def _replied(self, message: Message) -> Iterator[NotificationEvent]:
        call = message.header.fields.get(HeaderFields.reply_serial, 0)
        match message.header.message_type, message.body:
            case MessageType.method_return, (int(number),):
                yield Shown(call, number)
            case ((MessageType.method_return | MessageType.error), _):
                yield Refused(call)

    def _signal(
        self, interface: str, member: str, body: tuple[Any, ...]
    ) -> Iterator[NotificationEvent]:
        if interface != NOTIFICATIONS:
            return
        match member, body:
            case "ActivationToken", (int(number), str(token)) if _TOKEN_FORM.fullmatch(token):
                self._token = (number, token)
            case "ActionInvoked", (int(number), str(action)) if action:
                known, token = self._token
                self._token = (0, "")  # good for one time
                token = token if known == number else ""
                yield Clicked(number, token, "" if action == CLICK else action)
            case "NotificationClosed", (int(number), *_):
                yield Closed(number)


@contextmanager
def _bus_errors() -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise BusError(type(error).__name__) from error


def _call(connection: DBusConnection, message: Message) -> tuple[Any, ...]:
    reply = connection.send_and_get_reply(message, timeout=REPLY_S)
    if reply.header.message_type is MessageType.error:
        raise BusError(str(reply.header.fields.get(HeaderFields.error_name)))
    return tuple(reply.body)


def _rule(sender: str, interface: str, member: str | None = None) -> MatchRule:
    return MatchRule(type="signal", sender=sender, interface=interface, member=member)


def _hints(notice: DesktopNotice) -> dict[str, tuple[str, Any]]:
    kind = "x-enigma.question.asked" if notice.asks else "x-enigma.task.ended"
    return {
        "desktop-entry": ("s", ENTRY),
        "urgency": ("y", CRITICAL if notice.is_urgent else NORMAL),
        "category": ("s", kind),  # the specification has none for these
        **_sound(notice),
    }


def _sound(notice: DesktopNotice) -> dict[str, tuple[str, Any]]:
    """The sound: an urgent notice has one of its own, any other that is heard the desktop's."""
    if not notice.is_heard:
        return {"suppress-sound": ("b", True)}
    return {"sound-name": ("s", SOUND)} if notice.is_urgent else {}


def _expires_ms(notice: DesktopNotice) -> int:
    """When the notice expires, in ms: a question's with its session, even without us."""
    if not notice.asks:
        return SERVER_DEFAULT
    return NEVER if notice.lasts_ms is None else min(max(1, notice.lasts_ms), LONGEST_MS)


def _plain(text: str) -> str:
    """A text that the bus accepts: no NUL, no half emoji, no mark that turns the direction."""
    printable = "".join(char if char.isprintable() else " " for char in text[:LONGEST])
    return " ".join(printable.split())
