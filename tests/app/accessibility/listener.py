"""Somebody who sees no screen: finds things by what they are and are called, and acts on them."""

import re
import time
from collections.abc import Callable, Container, Iterator

from jeepney import DBusErrorResponse

from tests.app.accessibility.bus import Bus, BusError, Node, Role, until

NAMED = frozenset(
    {
        Role.BUTTON,
        Role.CHECK_BOX,
        Role.COMBO_BOX,
        Role.PASSWORD,
        Role.RADIO_BUTTON,
        Role.TABLE,
        Role.TEXT,
        Role.TOGGLE_BUTTON,
    }
)
BUTTONS = frozenset({Role.BUTTON, Role.CHECK_BOX, Role.TOGGLE_BUTTON})
MAIN = "Enigma Control Panel"
SETTLE_S = 0.2


class Listener:
    """Works with one program. `said` keeps all that the program told in words so far."""

    def __init__(self, bus: Bus) -> None:
        self.said: set[str] = set()
        self._bus = bus
        self._program = until("the program is on the bus", bus.programs)[0]

    # -- windows -----------------------------------------------------------------------------

    def main(self) -> Node:
        """The main window; open questions stand in front of its name."""
        return until("the main window is there", lambda: self._window(re.escape(MAIN) + "$"))

    def dialog(self, name: str) -> Node:
        return until(f"“{name}” is there", lambda: self.dialog_now(name))

    def dialog_now(self, name: str) -> Node | None:
        windows = (node for node in self._program.children() if node.is_showing())
        inside = (_found(window, {Role.DIALOG}, name) for window in windows)
        return self._window(f"^{re.escape(name)}$") or next(filter(None, inside), None)

    def gone(self, dialog: Node) -> None:
        until("the dialog is closed", lambda: not dialog.is_showing())

    def _window(self, pattern: str) -> Node | None:
        found = (node for node in self._program.children() if re.search(pattern, node.name))
        return next((node for node in found if node.is_showing()), None)

    # -- finding and acting ------------------------------------------------------------------

    def find(self, inside: Node, role: Role, name: str) -> Node:
        what = f"{role.name} “{name}” is there"
        return until(what, lambda: self.find_now(inside, role, name))

    def find_now(self, inside: Node, role: Role, name: str) -> Node | None:
        return _found(inside, {role}, name)

    def press(self, inside: Node, name: str) -> None:
        """Press a button or check box as soon as that is possible."""
        button = until(f"“{name}” is there", lambda: _found(inside, BUTTONS, name))
        until(f"“{name}” can be pressed", lambda: "Press" in button.actions())
        button.act("Press")

    def press_now(self, inside: Node, pattern: str) -> bool:
        """Press the button whose name fits, where it is there and that is possible."""
        buttons = (node for node in showing(inside) if node.role in BUTTONS)
        button = next((one for one in buttons if re.fullmatch(pattern, one.name)), None)
        if button is None or "Press" not in button.actions():
            return False
        button.act("Press")
        return True

    def choose(self, inside: Node, label: str, choice: str) -> None:
        """Choose in a combo box: open its list, select, and hear what is chosen now."""
        box = self.find(inside, Role.COMBO_BOX, label)
        box.act("ShowMenu")
        choices = self.find(box, Role.LIST, "")
        choices.select_child(choice)
        until(f"“{choice}” is chosen", lambda: box.name == choice)

    def press_until_gone(self, dialog: Node, name: str) -> None:
        """Press once the buttons act: they do nothing in the first moment after a change."""
        button = self.find(dialog, Role.BUTTON, name)

        def press() -> bool:
            time.sleep(1.2)
            if dialog.is_showing() and "Press" in button.actions():
                button.act("Press")
                time.sleep(SETTLE_S)
            return not dialog.is_showing()

        until(f"“{name}” has closed the dialog", press)

    # -- tables ------------------------------------------------------------------------------

    def table(self, name: str) -> Node:
        return self.find(self.main(), Role.TABLE, name)

    def row(self, table: Node, text: str, fits: Callable[[list[str]], bool]) -> list[str]:
        last: list[list[str]] = []

        def look() -> list[str] | None:
            last[:] = table.rows()
            return next((cells for cells in last if _names(cells, text) and fits(cells)), None)

        try:
            return until(f"the row of “{text}” is as expected", look)
        except BusError as error:
            raise BusError(f"{error}; last seen: {last}") from None

    def select(self, table: Node, text: str) -> None:
        for _ in range(3):  # rows may move between a look and an act
            place = next(n for n, cells in enumerate(table.rows()) if _names(cells, text))
            table.select_row(place)
            selected = [table.rows()[n] for n in table.selected_rows()]
            if len(selected) == 1 and _names(selected[0], text):
                return
        raise BusError(f"the row of “{text}” cannot be selected")

    # -- listening ---------------------------------------------------------------------------

    def listen(self) -> None:
        """Keep what every object of the program says now, hidden ones included.

        Each is asked for a child behind its last, too, as by a reader whose count is old.
        """
        for _, node in self._program.walk():
            try:
                self.said.update(node.said())
                assert node.child(node.child_count()) is None
            except DBusErrorResponse:
                continue  # it went while it was being read

    def nameless(self, inside: Node) -> list[str]:
        """The controls showing there that say nothing about what they are for."""
        return [
            f"{node.role_name} with “{node.description}”"
            for node in showing(inside)
            if node.role in NAMED and not _is_named(node)
        ]

    def tree(self) -> str:
        """All objects, for whoever reads why a test failed."""
        return "\n".join(_line(depth, node) for depth, node in self._program.walk())


def showing(inside: Node) -> Iterator[Node]:
    """What a person could come to, without the cells of tables."""
    for child in inside.children():
        if child.is_showing():
            yield child
            if child.role != Role.TABLE:
                yield from showing(child)


def _found(inside: Node, roles: Container[int], name: str) -> Node | None:
    named = (node for node in showing(inside) if node.role in roles)
    return next((node for node in named if node.name == name or name in node.labels), None)


def _is_named(node: Node) -> bool:
    """The name of a combo box is what is chosen; what it is for, its label says."""
    labelled = node.role != Role.COMBO_BOX or any(node.labels)
    return labelled and bool(node.name.strip())


def _line(depth: int, node: Node) -> str:
    try:
        showing = "" if node.is_showing() else " (hidden)"
        words = f"{node.name} | {node.description}"
        return f"{'  ' * depth}{node.role_name}{showing}: {words}"
    except DBusErrorResponse as error:
        return f"{'  ' * depth}? {error}"


def _names(cells: list[str], text: str) -> bool:
    """Whether a row is that of a task; behind its text may stand what its agent does now."""
    return any(cell == text or cell.startswith(f"{text}, now: ") for cell in cells)
