"""The exports feature over fakes: no file is made, and a test says what became of each export."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from enigma_panel.features.exports.encoder import defuse
from enigma_panel.features.exports.exports import Exported, ExportOrder
from enigma_panel.features.exports.feature import add_commands
from enigma_panel.features.feature import Host
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.world import World


class FakeExports:
    """Makes no file: what became of an export is put in by the test."""

    def __init__(self) -> None:
        self.orders: list[Any] = []
        self.outcome: Callable[[ExportOrder], Exported] = _exported
        self.gate: asyncio.Event | None = None

    async def save(self, order: ExportOrder) -> Exported:
        self.orders.append(order)
        if self.gate is not None:
            await self.gate.wait()
        return self.outcome(order)

    def fail(self, error: Exception) -> None:
        def outcome(_order: ExportOrder) -> Exported:
            raise error

        self.outcome = outcome


def _exported(order: ExportOrder) -> Exported:
    return Exported(order.path, len(order.keys))


class ExportWorld(World):
    def __init__(self) -> None:
        super().__init__()
        self.exports = FakeExports()

    def install(self, window: MainWindow, dialogs: Dialogs) -> None:
        """Add the feature to a window over these fakes."""
        host = Host(
            services=self.services, window=window, dialogs=dialogs, notifier=DesktopNotifier()
        )
        add_commands(host, cast("Any", self.exports))


def undefuse(cell: str) -> str:
    is_defused = cell.startswith("'") and defuse(cell[1:]) != cell[1:]
    return cell[1:] if is_defused else cell
