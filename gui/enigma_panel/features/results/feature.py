"""The results feature: the viewer in Details, the window *Result*, and *Copy for a colleague*."""

from enigma_panel.features.feature import Feature, Host
from enigma_panel.features.results.colleague import ColleagueCopies
from enigma_panel.features.results.structured_results import StructuredResults
from enigma_panel.features.results.structured_view import StructuredView
from enigma_panel.features.results.text import colleague_label
from enigma_panel.features.results.window import ResultWindow
from enigma_panel.ui.main_window.menus import EndedTasksEntry
from enigma_panel.ui.main_window.window import MainWindow


def install(host: Host) -> None:
    """Add all three to the window."""
    window, reader = host.window, StructuredResults()
    copies = ColleagueCopies(host.services, window.app_actions)
    add_viewer(window, reader, copies)
    window.selection.read_result = ResultWindow(window, host.dialogs, reader, copies).open


def add_viewer(
    window: MainWindow, reader: StructuredResults, copies: ColleagueCopies
) -> StructuredView:
    """Let Details show structured results, and offer copies there and in the menu of tasks."""
    viewer = StructuredView(window.services.scope, reader)
    viewer.copy_asked.connect(window.app_actions.copy)
    viewer.copies.colleague_asked.connect(copies.copy)
    window.details.result.set_viewer(viewer)
    window.menus.ended_tasks.append(EndedTasksEntry(colleague_label(), copies.copy_keys))
    return viewer


RESULTS = Feature(name="results", install=install)
