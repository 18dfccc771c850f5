"""The start where the library for D-Bus is not installed, as on Windows and macOS."""

import sys

import pytest

from enigma_panel.desktop import notifications
from enigma_panel.desktop.notifications import BusError


def test_without_the_library_it_is_as_without_a_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jeepney", None)
    monkeypatch.delitem(sys.modules, "enigma_panel.desktop.dbus", raising=False)
    with pytest.raises(BusError):
        notifications._open_bus()
