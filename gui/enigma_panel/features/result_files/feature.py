"""The result files feature: a panel with the files of a result, in Details and in *Result*."""

from enigma_panel.features.feature import Feature, Host
from enigma_panel.features.result_files.panel import ResultFiles
from enigma_panel.services.sessions import Sessions
from enigma_panel.ui.details.parts import DetailsPanel
from enigma_panel.ui.main_window.window import MainWindow


def install(host: Host) -> None:
    add_panel(host.window, host.services.sessions)


def add_panel(window: MainWindow, sessions: Sessions) -> DetailsPanel:
    """Show the files of results wherever a result is shown."""
    return window.details.add_panel(lambda: ResultFiles(sessions, window.app_actions))


RESULT_FILES = Feature(name="result_files", install=install)
