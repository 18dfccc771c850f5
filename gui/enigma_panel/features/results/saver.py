"""*Save as…* in the result view: where to, and what became of it."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFrame

from enigma_panel.core.file_names import safe_name
from enigma_panel.core.models import Task
from enigma_panel.features.results.text import saved_text
from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.store.new_file import save_text
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.result.formats import ReadResult, ResultFormat
from enigma_panel.ui.text.outcome import no_file_text
from enigma_panel.ui.widgets.basics import make_label, make_row, set_role
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.file_chooser import make_chooser

tr = Translations("Result")

NAME_CHARS = 60
LIMIT_S = 60.0
_ENDINGS = {ResultFormat.MARKDOWN: ".md", ResultFormat.JSON: ".json"}


class ResultSaver(QFrame):
    """A line that takes no room until it says something. The file holds the raw result."""

    def __init__(self, dialog: ModelessDialog, scope: TaskScope) -> None:
        super().__init__()
        self._dialog = dialog
        self._scope = scope
        self._folder = ""  # where the last one went
        self.news = make_label(wrap=True)
        self.setLayout(make_row(self.news))
        self.setContentsMargins(10, 6, 10, 6)
        set_role(self, "notice")
        self.hide()

    def ask_where(self, task: Task, result: ReadResult) -> None:
        self.hide()
        take = partial(self.save, result.text)
        chooser = make_chooser(self._dialog, tr("Save as"), self._folder, take)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.selectFile(suggested_name(task, result))
        chooser.show()

    def save(self, text: str, file: str) -> None:
        """Save it there; a file that is there stays, beside the new one."""
        path = Path(file)
        self._folder = str(path.parent)
        self._say(tr("Saving…"))
        self._scope.spawn("save a result", self._save(path, text))

    # -- inside --------------------------------------------------------------------------------

    async def _save(self, path: Path, text: str) -> None:
        try:
            saved = await blocking(partial(save_text, path, text), time_limit=LIMIT_S)
        except BlockingTimeoutError:
            self._say(tr("The folder does not respond. The file may still be saved."), "amber")
        except OSError as error:
            self._say(no_file_text(error), "red")
        else:
            self._say(saved_text(saved))

    def _say(self, text: str, role: str = "") -> None:
        self.news.setText(text)
        set_role(self.news, role)
        self.show()


def suggested_name(task: Task, result: ReadResult) -> str:
    """The task's first words, and the ending of what came out."""
    ending = next((_ENDINGS[each] for each in result.formats if each in _ENDINGS), ".txt")
    if result.rows and not result.is_json:
        ending = ".csv"
    words = shorten(task.spec.text, NAME_CHARS).rstrip("…").replace("/", " ").replace("\\", " ")
    return safe_name(f"{words.replace('.', ' ').strip()}{ending}")
