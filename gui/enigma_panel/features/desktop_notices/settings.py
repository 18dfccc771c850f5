"""The settings of desktop notices of questions."""

from PySide6.QtWidgets import QWidget

from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.fields import SettingBox, noted
from enigma_panel.ui.widgets.basics import MARGIN, NoticeLabel, make_column

tr = Translations("Settings")


class QuestionSettings(QWidget):
    """Whether there are notices, and what is on them."""

    def __init__(self, settings: SettingsBook, notifier: DesktopNotifier) -> None:
        super().__init__()
        self._settings = settings
        self._notifier = notifier
        self.notify = SettingBox(
            settings,
            "notify_questions",
            tr("Notify me"),
            tr("While you use another program, at once and in the last minute."),
        )
        self.words = SettingBox(
            settings,
            "notify_words",
            tr("Show the agent's words"),
            tr("They may show on a locked screen. Known secrets are left out."),
        )
        self.missing = NoticeLabel()
        layout = make_column(self.missing, noted(self.notify), noted(self.words), None)
        layout.setContentsMargins(0, MARGIN, 0, 0)
        self.setLayout(layout)
        settings.changed.connect(self._refresh)
        notifier.missing_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self.words.setEnabled(self._settings.value.notify_questions)
        text = tr("This desktop shows no notifications. Questions appear only in this window.")
        self.missing.show_text(text if self._notifier.is_missing else "")
