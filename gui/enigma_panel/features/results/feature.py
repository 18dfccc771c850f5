"""The results feature: the window *Result*, and *Copy for a colleague*."""

from enigma_panel.features.feature import Feature, Host
from enigma_panel.features.results.colleague import ColleagueCopies
from enigma_panel.features.results.text import colleague_label
from enigma_panel.features.results.window import ResultWindows
from enigma_panel.ui.main_window.menus import EndedTasksEntry


def install(host: Host) -> None:
    window = host.window
    windows = ResultWindows(window, host.dialogs)
    window.selection.read_result = windows.open
    window.details.result.set_opener(windows.open)
    copies = ColleagueCopies(host.services, window.app_actions)
    window.menus.ended_tasks.append(EndedTasksEntry(colleague_label(), copies.copy_keys))


RESULTS = Feature(name="results", install=install)
