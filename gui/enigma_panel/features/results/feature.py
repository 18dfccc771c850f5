"""The results feature: the window *Result*."""

from enigma_panel.features.feature import Feature, Host
from enigma_panel.features.results.window import ResultWindows


def install(host: Host) -> None:
    window = host.window
    windows = ResultWindows(window, host.dialogs)
    window.selection.read_result = windows.open
    window.details.result.set_opener(windows.open)


RESULTS = Feature(name="results", install=install)
