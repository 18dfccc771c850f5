"""The downloads feature: a panel of Details with the files of a result."""

from enigma_panel.features.downloads.downloads import Downloads
from enigma_panel.features.downloads.panel import ResultFiles
from enigma_panel.features.feature import Feature, Host
from enigma_panel.ui.main_window.window import MainWindow


def install(host: Host) -> ResultFiles:
    return add_panel(host.window, Downloads(host.services.scope, host.services.store))


def add_panel(window: MainWindow, downloads: Downloads) -> ResultFiles:
    """Show the files of results, which these downloads fetch, in the Details of a window."""
    panel = ResultFiles(downloads)
    panel.folder_asked.connect(window.app_actions.show_folder)
    window.details.add_panel(panel)
    return panel


DOWNLOADS = Feature(name="downloads", install=install)
