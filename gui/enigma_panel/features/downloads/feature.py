"""The downloads feature: a panel with the files of a result, in Details and in *Result*."""

from enigma_panel.features.downloads.downloads import Downloads
from enigma_panel.features.downloads.panel import ResultFiles
from enigma_panel.features.feature import Feature, Host
from enigma_panel.ui.details.parts import DetailsPanel
from enigma_panel.ui.main_window.window import MainWindow


def install(host: Host) -> None:
    add_panel(host.window, Downloads(host.services.scope, host.services.store))


def add_panel(window: MainWindow, downloads: Downloads) -> DetailsPanel:
    """Show the files of results, which these downloads fetch, wherever a result is shown."""

    def make() -> ResultFiles:
        panel = ResultFiles(downloads)
        panel.folder_asked.connect(window.app_actions.show_folder)
        return panel

    return window.details.add_panel(make)


DOWNLOADS = Feature(name="downloads", install=install)
