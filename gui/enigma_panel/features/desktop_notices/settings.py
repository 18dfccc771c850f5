"""The settings of desktop notices, and their part of the page *Notifications*."""

from msgspec import Struct
from PySide6.QtWidgets import QWidget

from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.fields import SettingBox, noted
from enigma_panel.ui.widgets.basics import NoticeLabel, make_column

tr = Translations("Settings")


class NoticeSettings(Struct, frozen=True, kw_only=True):
    """The section of the settings file. Notices are for when no window of ours has the focus.

    tell_when_done: a notice when tasks are done; notify_questions: one when an agent asks.
    """

    tell_when_done: bool = True
    notify_questions: bool = True


class NoticeBoxes(QWidget):
    def __init__(self, settings: SettingsBook, notifier: DesktopNotifier) -> None:
        super().__init__()
        self._notifier = notifier
        self.notify = SettingBox(
            settings,
            NoticeSettings,
            "notify_questions",
            text=tr("Notify me of questions"),
            note=tr(
                "Only while this window is in the background. Repeated in the last minute. "
                "Also near a daily cap."
            ),
        )
        self.done = SettingBox(
            settings,
            NoticeSettings,
            "tell_when_done",
            text=tr("Notify me when a task finishes"),
            note=tr("For tasks over 20 seconds, when this window is in the background."),
        )
        self.missing = NoticeLabel()
        boxes = map(noted, (self.notify, self.done))
        self.setLayout(make_column(self.missing, *boxes, gap=16))
        notifier.missing_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        text = tr("This desktop shows no notifications. Questions appear only in this window.")
        self.missing.show_text(text if self._notifier.is_missing else "")
