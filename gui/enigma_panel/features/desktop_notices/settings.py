"""The settings of desktop notices."""

from PySide6.QtWidgets import QWidget

from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.fields import SettingBox, noted
from enigma_panel.ui.widgets.basics import NoticeLabel, make_column

tr = Translations("Settings")


class NoticeSettings(QWidget):
    def __init__(self, settings: SettingsBook, notifier: DesktopNotifier) -> None:
        super().__init__()
        self._notifier = notifier
        self.notify = SettingBox(
            settings,
            "notify_questions",
            tr("Notify me of questions"),
            tr(
                "Only while this window is in the background. Repeated in the last minute. "
                "Also near a daily cap."
            ),
        )
        self.done = SettingBox(
            settings,
            "tell_when_done",
            tr("Notify me when a task finishes"),
            tr("For tasks over 20 seconds, when this window is in the background."),
        )
        self.missing = NoticeLabel()
        boxes = map(noted, (self.notify, self.done))
        self.setLayout(make_column(self.missing, *boxes, gap=16))
        notifier.missing_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        text = tr("This desktop shows no notifications. Questions appear only in this window.")
        self.missing.show_text(text if self._notifier.is_missing else "")
