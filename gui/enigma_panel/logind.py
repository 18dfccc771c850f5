"""logind over the system bus: sleep and the screen's lock. One of two modules that know jeepney.

Imported by whoever opens it, after the first paint. Protocol:
https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.login1.html
"""

import os
from collections.abc import Iterator
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from enigma_panel.services.power import BusError, PowerEvent

REPLY_S = 2.0
NAME = "org.freedesktop.login1"
PATH = "/org/freedesktop/login1"
MANAGER = f"{NAME}.Manager"
SESSION = f"{NAME}.Session"
PROPERTIES = "org.freedesktop.DBus.Properties"
BUS = "org.freedesktop.DBus"

_FAULTS = (OSError, ValueError, KeyError, RuntimeError)
"""No bus, no logind, a bus that goes away, an address that makes no sense."""

_LOCKS = {"Lock": PowerEvent.LOCKED, "Unlock": PowerEvent.UNLOCKED}


class Logind:
    """A connection that brings what logind tells; implements `power.SleepBus`.

    Only what its owner sends is heard: any program of this computer may send us signals of that
    name, and one of them would have us terminate sessions.
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
                _ask(connection, message_bus.AddMatch(rule))
            (owner,) = _ask(connection, message_bus.GetNameOwner(NAME))
        except (*_FAULTS, BusError) as error:
            connection.close()
            raise BusError(type(error).__name__) from error
        return cls(connection, owner)

    def fileno(self) -> int:
        """Readable when `read` has something to do."""
        return int(self._connection.sock.fileno())

    def read(self) -> list[PowerEvent]:
        """What was told since the last call, without waiting. BusError when the bus is gone."""
        try:
            return list(self._read())
        except _FAULTS as error:
            raise BusError(type(error).__name__) from error

    def close(self) -> None:
        """Listen no more."""
        self._connection.close()

    def inhibit_sleep(self, why: str) -> int:
        """Have sleep wait for us for some seconds: a file descriptor, given back by closing it.

        Blocking; raises BusError. why: shown to people who ask what holds up their computer.
        """
        try:
            with open_dbus_connection("SYSTEM", enable_fds=True) as connection:
                manager = DBusAddress(PATH, bus_name=NAME, interface=MANAGER)
                told = ("sleep", "Enigma Control Panel", why, "delay")
                (handle,) = _ask(connection, new_method_call(manager, "Inhibit", "ssss", told))
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
                yield from _told_by(message)

    def _follow_owner(self, message: Message) -> None:
        if message.header.fields.get(HeaderFields.member) == "NameOwnerChanged":
            name, _, owner = message.body
            self._owner = owner if name == NAME else self._owner


def _rules() -> Iterator[MatchRule]:
    yield MatchRule(type="signal", sender=NAME, interface=MANAGER, member="PrepareForSleep")
    yield MatchRule(type="signal", sender=NAME, interface=SESSION)
    changed = MatchRule(
        type="signal", sender=NAME, interface=PROPERTIES, member="PropertiesChanged"
    )
    changed.add_arg_condition(0, SESSION)
    yield changed
    owner = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
    owner.add_arg_condition(0, NAME)
    yield owner


def _ask(connection: DBusConnection, message: Message) -> tuple[Any, ...]:
    reply = connection.send_and_get_reply(message, timeout=REPLY_S)
    if reply.header.message_type is MessageType.error:
        raise BusError(str(reply.header.fields.get(HeaderFields.error_name)))
    return tuple(reply.body)


def _told_by(message: Message) -> Iterator[PowerEvent]:
    """The screen of another session of this computer may be meant; nothing depends on that."""
    fields, body = message.header.fields, message.body
    match fields.get(HeaderFields.interface), fields.get(HeaderFields.member), body:
        case (_, "PrepareForSleep", (bool(begins),)) if fields[HeaderFields.interface] == MANAGER:
            yield PowerEvent.SLEEPS if begins else PowerEvent.WOKE
        case (_, "Lock" | "Unlock" as member, _) if fields[HeaderFields.interface] == SESSION:
            yield _LOCKS[member]
        case (_, "PropertiesChanged", (_, {"LockedHint": ("b", bool(locked))}, _)):
            yield PowerEvent.LOCKED if locked else PowerEvent.UNLOCKED
