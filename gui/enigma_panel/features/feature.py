"""What a feature is, and what it gets to add itself to."""

from collections.abc import Callable

from msgspec import Struct

from enigma_panel.services.container import Services
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow


class Host(Struct, frozen=True, kw_only=True):
    """The running program, as a feature sees it; notifier: shows desktop notices."""

    services: Services
    window: MainWindow
    dialogs: Dialogs
    notifier: DesktopNotifier


class Feature(Struct, frozen=True, kw_only=True):
    """One feature. Its name is that of its folder.

    install: makes its service and adds its actions, dialogs and pages; called once, after the
    first paint and when the records of earlier runs are loaded.
    """

    name: str
    install: Callable[[Host], object]
