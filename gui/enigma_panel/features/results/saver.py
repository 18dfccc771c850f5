"""*Save as…* in the result view: where to, what if that is taken, and what became of it."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QPushButton, QWidget

from enigma_panel.core.file_names import safe_name
from enigma_panel.core.models import OutputType, Task
from enigma_panel.features.results.text import not_saved_text, saved_text
from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.store.new_file import save_text
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.result.formats import ReadResult, ResultFormat
from enigma_panel.ui.widgets.basics import (
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.folders import first_folder
from enigma_panel.ui.widgets.taken_question import TakenQuestion

tr = Translations("Result")

NAME_CHARS = 60
LIMIT_S = 60.0
_ENDINGS = {ResultFormat.MARKDOWN: ".md", ResultFormat.JSON: ".json"}


class ResultSaver(QWidget):
    """A line that takes no room until something is to be asked or said.

    The file holds the result as it came. opener: the button that has the keyboard again, once it is
    answered.
    """

    def __init__(self, dialog: ModelessDialog, scope: TaskScope, opener: QPushButton) -> None:
        super().__init__()
        self._dialog = dialog
        self._scope = scope
        self._opener = opener
        self._folder = ""  # where the last one went
        self._asked: tuple[Path, str] | None = None
        self.news = make_label(wrap=True)
        self.cancel = make_button(tr("Cancel"))
        self.taken = TakenQuestion(self.cancel)
        self._line = QFrame()
        self._line.setLayout(make_row(self.news))
        self._line.setContentsMargins(10, 6, 10, 6)
        set_role(self._line, "notice")
        self.setLayout(make_column(self._line, self.taken))
        self.taken.answered.connect(self._answer)
        self.cancel.clicked.connect(self.clear)
        self.hide()

    def ask_where(self, task: Task, result: ReadResult) -> None:
        """One window at a time, and it blocks nothing. It asks nothing about a file that is there:
        Qt would in a loop of its own, so this line does."""
        self.clear()
        for other in self._dialog.findChildren(QFileDialog):
            other.close()
        chooser = QFileDialog(self._dialog, tr("Save as"), self._folder or first_folder())
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setFileMode(QFileDialog.FileMode.AnyFile)
        chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
        chooser.selectFile(suggested_name(task, result))
        chooser.finished.connect(chooser.deleteLater)
        chooser.fileSelected.connect(lambda path: self.save(Path(path), result.text))
        chooser.show()

    def save(self, path: Path, text: str) -> None:
        """Save it there, after a question where something is there already."""
        self._folder = str(path.parent)
        try:
            is_taken = path.is_file()
        except OSError as error:  # a name that is too long, a folder that lets nobody in
            self._say(not_saved_text(error), "red")
            return
        if is_taken:
            self._asked = (path, text)
            self._line.hide()
            self.show()
            self.taken.ask(path.name)
        else:
            self._start(path, text, replaces=False)

    def clear(self) -> None:
        """Say and ask nothing any more."""
        self._asked = None
        self._leave()
        self.hide()

    # -- inside --------------------------------------------------------------------------------

    def _answer(self, replaces: bool) -> None:
        if self._asked is not None:
            path, text = self._asked
            self.clear()
            self._start(path, text, replaces=replaces)

    def _start(self, path: Path, text: str, *, replaces: bool) -> None:
        self._say(tr("Saving…"))
        self._scope.spawn("save a result", self._save(path, text, replaces=replaces))

    async def _save(self, path: Path, text: str, *, replaces: bool) -> None:
        write = partial(save_text, path, text, replaces=replaces)
        try:
            saved = await blocking(write, time_limit=LIMIT_S)
        except BlockingTimeoutError:
            self._say(tr("The folder does not answer. It may still be saved."), "amber")
        except OSError as error:
            self._say(not_saved_text(error), "red")
        else:
            self._say(saved_text(saved))

    def _say(self, text: str, role: str = "") -> None:
        self.news.setText(text)
        set_role(self.news, role)
        self.taken.hide()
        self._line.show()
        self.show()

    def _leave(self) -> None:
        focus = self._dialog.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self._opener.setFocus(Qt.FocusReason.OtherFocusReason)


def suggested_name(task: Task, result: ReadResult) -> str:
    """The task's first words, and the ending of what came out."""
    ending = next((_ENDINGS[each] for each in result.formats if each in _ENDINGS), ".txt")
    if ResultFormat.TABLE in result.formats and ResultFormat.JSON not in result.formats:
        is_csv = task.spec.output_type is OutputType.CSV or "\t" not in result.text.split("\n")[0]
        ending = ".csv" if is_csv else ".tsv"
    words = shorten(task.spec.text, NAME_CHARS).rstrip("…").replace("/", " ").replace("\\", " ")
    return safe_name(f"{words.replace('.', ' ').strip()}{ending}")
