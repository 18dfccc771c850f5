"""The desktop's notice that little is left of a day's cap, or nothing, while nobody looks."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from enigma_panel.features.desktop_notices.text import cap_notice
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.services.types import NoticeKind
from enigma_panel.ui.notices.notice_list import NoticeList
from enigma_panel.ui.notices.queue import CAP_TOPIC
from enigma_panel.ui.text.problems import Notice, NoticeAction

NOTICE = "cap"
"""The key of the notice; there is one at a time."""
_BUTTONS = frozenset({NoticeAction.RAISE_CAP, NoticeAction.TERMINATE_RUNNING})


class CapNotifier(QObject):
    """Says what the window's notice says, once, and does at the cap what that one offers.

    opened: the notice was clicked; brings the activation token. has_focus: whether a window of ours
    is in use; is_wanted: the setting.
    """

    opened = Signal(str)

    def __init__(
        self,
        notices: NoticeList,
        notifier: DesktopNotifier,
        *,
        has_focus: Callable[[], bool],
        is_wanted: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._notices = notices
        self._notifier = notifier
        self._has_focus = has_focus
        self._is_wanted = is_wanted
        self._offered = ""
        notices.came.connect(self._follow_toast)
        notices.changed.connect(self._follow)
        notifier.clicked.connect(self._click)
        notifier.pressed.connect(self._press)
        self._follow()

    def follow_focus(self) -> None:
        if self._has_focus():
            self._notifier.withdraw(NOTICE)

    def _at_cap(self) -> Notice | None:
        return next((n for n in self._notices.notices() if n.topic == CAP_TOPIC), None)

    def _follow(self) -> None:
        """Show another notice once its button would raise the cap to something else."""
        notice = self._at_cap()
        offered = notice.label(notice.actions[0]) if notice is not None else ""
        if offered != self._offered:
            self._offered = offered
            if notice is not None:
                self._show(notice)
            else:
                self._notifier.withdraw(NOTICE)

    def _follow_toast(self, notice: Notice) -> None:
        if notice.about is not None and notice.about.kind is NoticeKind.CAP_NEAR:
            self._show(notice)

    def _show(self, notice: Notice) -> None:
        if self._is_wanted() and not self._has_focus():
            labels = tuple(notice.label(one) for one in notice.actions if one in _BUTTONS)
            self._notifier.show(NOTICE, cap_notice(notice, labels))

    def _click(self, key: object, token: str) -> None:
        if key == NOTICE:
            self.opened.emit(token)

    def _press(self, key: object, label: str) -> None:
        """Do what the button says, if the window's notice still offers just that."""
        self._notices.refresh()
        notice = self._at_cap()
        if key == NOTICE and notice is not None:
            for action in _BUTTONS.intersection(notice.actions):
                if notice.label(action) == label:
                    self._notices.choose(notice, action)
