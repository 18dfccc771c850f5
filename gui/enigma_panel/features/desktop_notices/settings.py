"""The settings of desktop notices: whether there are any, and what is on them."""

from PySide6.QtWidgets import QCheckBox, QWidget

from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import MARGIN, NoticeLabel, make_column, make_label

tr = Translations("Settings")


class DoneSettings(QWidget):
    """A check box: whether the desktop tells that tasks are done. It holds at once."""

    def __init__(self, settings: SettingsBook) -> None:
        super().__init__()
        self._settings = settings
        self.box = QCheckBox(tr("Notify me when a task is done"))
        tip = tr("While you use another program, for tasks over 20 seconds.")
        self.box.setToolTip(tip)
        self.box.setAccessibleDescription(tip)
        layout = make_column(self.box)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)
        self.box.toggled.connect(self._change)
        settings.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self.box.setChecked(self._settings.value.tell_when_done)

    def _change(self, on: bool) -> None:
        if self._settings.value.tell_when_done != on:
            self._settings.change(tell_when_done=on)


class QuestionSettings(QWidget):
    """Check boxes for notices of questions. Choices hold at once."""

    def __init__(self, settings: SettingsBook, notifier: DesktopNotifier) -> None:
        super().__init__()
        self._settings = settings
        self._notifier = notifier
        self.boxes = {
            "notify_questions": _box(
                tr("Notify me"),
                tr("While you use another program, at once and in the last minute."),
            ),
            "notify_words": _box(
                tr("Show the agent's words"),
                tr("They may show on a locked screen. Known secrets are left out."),
            ),
        }
        self.missing = NoticeLabel()
        rows = [
            part
            for box in self.boxes.values()
            for part in (box, _note(box.accessibleDescription()))
        ]
        layout = make_column(self.missing, *rows, None)
        layout.setContentsMargins(0, MARGIN, 0, 0)
        self.setLayout(layout)
        for name, box in self.boxes.items():
            box.toggled.connect(lambda on, name=name: self._change(name, on))
        settings.changed.connect(self._refresh)
        notifier.missing_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        for name, box in self.boxes.items():
            box.setChecked(getattr(self._settings.value, name))
        self.boxes["notify_words"].setEnabled(self._settings.value.notify_questions)
        text = tr("This desktop shows no notifications. Questions appear only in this window.")
        self.missing.show_text(text if self._notifier.is_missing else "")

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
