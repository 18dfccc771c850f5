"""Notices on the desktop over the session bus, on Linux. Beside logind.py it alone knows jeepney.

Imported by whoever opens it, when there is the first thing to say. Protocol:
https://specifications.freedesktop.org/notification-spec/latest/
"""

import html
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

from enigma_panel.services.notice_bus import (
    Clicked,
    Closed,
    NotificationEvent,
    OtherShower,
    Refused,
    Shown,
)
from enigma_panel.services.power import BusError

REPLY_S = 2.0
LONGEST = 300
NAME = "org.freedesktop.Notifications"
NOTICES = DBusAddress("/org/freedesktop/Notifications", bus_name=NAME, interface=NAME)
BUS = "org.freedesktop.DBus"

APP, ENTRY = "Enigma Control Panel", "enigma-control-panel"
CLICK = "default"
"""The name of the action that a click on the notice itself means."""
HINTS = {
    "desktop-entry": ("s", ENTRY),
    "urgency": ("y", 1),  # normal: GNOME shows no banner for a low one
    "category": ("s", "x-enigma.task.ended"),  # the specification has none for this
    "suppress-sound": ("b", True),  # it is no alarm
}
BY_ITS_OWN_TIME = -1

_TOKEN_FORM = re.compile(r"[!-~]{1,200}")
_FAULTS = (OSError, ValueError, KeyError, RuntimeError)
"""No bus, a bus that goes away or takes no more, an address that makes no sense."""


class DesktopNotices:
    """A connection to the session bus; implements `notice_bus.NoticeBus`.

    Only what the program that shows the notices sends is heard: any other may send us signals of
    that name.
    """

    def __init__(self, connection: DBusConnection, owner: str, action: str) -> None:
        self._connection = connection
        self._owner = owner
        self._action = action
        self._token = (0, "")

    @classmethod
    def open(cls, action: str) -> "DesktopNotices":
        """Connect and listen. Blocking, for ever where the bus hangs; raises BusError.

        action: what a click does, in words; few desktops show it.
        """
        try:
            connection = open_dbus_connection("SESSION")
        except _FAULTS as error:
            raise BusError(type(error).__name__) from error
        try:
            for rule in _notice_rules():
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
        """What was told since the last call. BusError when the bus is gone."""
        try:
            return list(self._read())
        except _FAULTS as error:
            raise BusError(type(error).__name__) from error

    def notify(self, title: str, body: str, replaces: int) -> int:
        """Have this shown in place of that notice (0: of none); returns the call's number.

        Plain texts: a body is read as markup by those who show it, so it is escaped here. Raises
        BusError.
        """
        call = new_method_call(
            NOTICES,
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

    def take_down(self, notice: int) -> None:
        """Close that notice; nobody is started to do it, and nobody answers. Raises BusError."""
        call = new_method_call(NOTICES, "CloseNotification", "u", (notice,))
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
            elif sender == self._owner and fields.get(HeaderFields.interface) == NAME:
                yield from self._signal(fields.get(HeaderFields.member), message.body)

    def _follow_owner(self, body: tuple[Any, ...]) -> Iterator[NotificationEvent]:
        name, _, owner = body
        if name == NAME:
            self._owner = owner
            yield OtherShower()

    def _signal(self, member: str, body: tuple[Any, ...]) -> Iterator[NotificationEvent]:
        match member, body:
            case "ActivationToken", (int(notice), str(token)) if _TOKEN_FORM.fullmatch(token):
                self._token = (notice, token)
            case "ActionInvoked", (int(notice), str(action)) if action == CLICK:
                known, token = self._token
                self._token = (0, "")  # good for one time
                yield Clicked(notice, token if known == notice else "")
            case "NotificationClosed", (int(notice), *_):
                yield Closed(notice)


def _answer(message: Message) -> Iterator[NotificationEvent]:
    call = message.header.fields.get(HeaderFields.reply_serial, 0)
    match message.header.message_type, message.body:
        case MessageType.method_return, (int(notice),):
            yield Shown(call, notice)
        case ((MessageType.method_return | MessageType.error), _):
            yield Refused(call)


def _notice_rules() -> Iterator[MatchRule]:
    yield MatchRule(type="signal", sender=NAME, interface=NAME)
    owner = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
    owner.add_arg_condition(0, NAME)
    yield owner


def _owner(connection: DBusConnection) -> str:
    """Who shows the notices; "" where nobody does yet: the bus may start somebody for the first."""
    (is_there,) = _call(connection, message_bus.NameHasOwner(NAME))
    if not is_there:
        return ""
    (owner,) = _call(connection, message_bus.GetNameOwner(NAME))
    return str(owner)


def _call(connection: DBusConnection, message: Message) -> tuple[Any, ...]:
    reply = connection.send_and_get_reply(message, timeout=REPLY_S)
    if reply.header.message_type is MessageType.error:
        raise BusError(str(reply.header.fields.get(HeaderFields.error_name)))
    return tuple(reply.body)


def _plain(text: str) -> str:
    """What the bus takes: no NUL, no half emoji; and nothing that turns a line around."""
    words = "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST])
    return " ".join(words.split())
