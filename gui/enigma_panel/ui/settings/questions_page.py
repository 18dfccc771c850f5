"""Settings, page Questions: how the person is told that an agent asks."""

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QWidget

from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.widgets.basics import MARGIN, NoticeLabel, make_column, make_label

tr = Translations("Settings")


class QuestionsPage(SettingsPage):
    """The page. Choices hold at once. notices_shown: whether this desktop shows notices, as far as
    is known."""

    def __init__(self, services: Services, notices_shown: Callable[[], bool]) -> None:
        super().__init__()
        self._settings = services.settings
        self._notices_shown = notices_shown
        self.boxes = {
            "notify_questions": _box(
                tr("Notify me"),
                tr("While you use another program: at once and in the last minute."),
            ),
            "notify_words": _box(
                tr("Show the agent's words"),
                tr("They may stand on a locked screen. What is known to be secret is left out."),
            ),
        }
        self.missing = NoticeLabel()
        rows = [
            part
            for box in self.boxes.values()
            for part in (box, _note(box.accessibleDescription()))
        ]
        layout = make_column(self.missing, *rows, None)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.setLayout(layout)
        for name, box in self.boxes.items():
            box.toggled.connect(lambda on, name=name: self._change(name, on))
        self._settings.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what holds now."""
        for name, box in self.boxes.items():
            box.setChecked(getattr(self._settings.value, name))
        self.boxes["notify_words"].setEnabled(self._settings.value.notify_questions)
        text = tr(
            "No program shows notices on this desktop: only the window of this program tells of "
            "questions."
        )
        self.missing.show_text("" if self._notices_shown() else text)

    def _change(self, name: str, on: bool) -> None:
        if getattr(self._settings.value, name) != on:
            self._settings.change(**{name: on})


def _box(text: str, note: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setAccessibleDescription(note)
    return box


def _note(text: str) -> QWidget:
    note = make_label(text, "dim", wrap=True)
    note.setIndent(26)
    return note
