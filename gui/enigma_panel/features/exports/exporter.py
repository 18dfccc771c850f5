"""*Export…*: asks for a file, exports into it, and says what became of that."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from enigma_panel.features.exports.encoder import ExportFormat
from enigma_panel.features.exports.exports import ExportOrder, Exports
from enigma_panel.features.exports.text import done_text, format_filters
from enigma_panel.services.container import Services
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.outcome import no_file_text
from enigma_panel.ui.text.problems import Notice
from enigma_panel.ui.widgets.file_chooser import make_chooser

tr = Translations("Export")


class Exporter:
    """Exports tasks, one file at a time: those of the click, whatever is shown later."""

    def __init__(self, services: Services, exports: Exports, window: MainWindow) -> None:
        self._services = services
        self._exports = exports
        self._window = window
        self._folder = ""  # where the last one went

    def ask(self, keys: Sequence[int]) -> None:
        keys, filters = tuple(keys), format_filters()

        def take(file: str) -> None:
            self._start(keys, Path(file), filters[chooser.selectedNameFilter()])

        chooser = make_chooser(self._window, tr("Export"), self._folder, take)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters(list(filters))
        chooser.setDefaultSuffix(ExportFormat.CSV)
        chooser.filterSelected.connect(lambda chosen: chooser.setDefaultSuffix(filters[chosen]))
        today = datetime.fromtimestamp(self._services.clock.now_ms() / 1000, UTC).astimezone()
        chooser.selectFile(tr("tasks {date}", date=f"{today:%Y-%m-%d}"))
        chooser.show()

    def _start(self, keys: tuple[int, ...], path: Path, chosen: ExportFormat) -> None:
        self._folder = str(path.parent)
        form = next((form for form in ExportFormat if path.suffix == f".{form}"), chosen)
        save = self._save(ExportOrder(keys=keys, form=form, path=path))
        if self._services.scope.spawn("export", save, exclusive=True) is None:
            self._window.toast.say(tr("Another export is still under way."))

    async def _save(self, order: ExportOrder) -> None:
        toast = self._window.toast
        try:
            exported = await self._exports.save(order)
        except (OSError, LedgerError) as error:
            self._window.notices.add(Notice(title=no_file_text(error)))
            return
        show = partial(self._window.app_actions.show_folder, exported.path)
        toast.offer(done_text(order, exported), tr("Show in folder"), show)
