"""The notice bar above the tables: says what no row says, takes no focus, can be dismissed."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.problems import Notice, NoticeAction, notice_action_label
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import (
    ToolButton,
    make_button,
    make_label,
    make_row,
    set_role,
    take_single_clicks,
)
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.pointer_hold import PointerHold

tr = Translations("Notices")

MOST_NOTICES = 20
ROOM_FOR_TEXT = 0.55
"""Where buttons leave less of the width than this to the text, they stand below it."""
_ROLES = {NoticeAction.TERMINATE: "danger"}


class NoticeBar(QFrame):
    """The newest notice is shown; dismissing it brings back the one before.

    It stays as it is while somebody aims at a row below, or at a button of its own.
    """

    chosen = Signal(object, object)
    dismissed = Signal(object)

    def __init__(self, hold: PointerHold, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hold = hold
        self._notices: list[Notice] = []
        self._shown: Notice | None = None
        self._buttons: list[QPushButton] = []
        self._build_parts()
        self._build_layout()
        self.hide()
        hold.released.connect(self._follow)

    def add(self, notice: Notice) -> None:
        """Add a notice; it comes to the front and replaces the one with its topic."""
        self._notices = [old for old in self._notices if not _is_same(old, notice)]
        self._notices.append(notice)
        self._notices.sort(key=lambda one: one.pinned)
        del self._notices[:-MOST_NOTICES]
        self._follow()

    def drop(self, notice: Notice) -> None:
        """Remove a notice that is true no more."""
        self.drop_where(lambda old: old == notice)

    def drop_where(self, is_over: Callable[[Notice], bool]) -> None:
        """Remove all notices that are true no more."""
        left = [notice for notice in self._notices if not is_over(notice)]
        if len(left) != len(self._notices):
            self._notices = left
            self._follow()

    def texts(self) -> list[str]:
        """The texts of all notices, newest last."""
        return [notice.text for notice in self._notices]

    # -- inside ------------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self._glyph = GlyphLabel(Glyph.BANG, Severity.AMBER)
        self._text = make_label(wrap=True)
        self._more = make_label(role="dim")
        self._close = ToolButton()
        take_single_clicks(self._close)
        self._beside = make_row()
        self._below = make_row(None)
        self._below_box = QWidget()

    def _build_layout(self) -> None:
        set_role(self, "notice")
        self.setAccessibleName(tr("Notice"))
        head = make_row(self._glyph, self._text, self._more)
        head.setStretch(1, 1)
        head.addLayout(self._beside)
        head.addWidget(self._close)
        self._below_box.setLayout(self._below)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 6, 6)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._below_box)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._close.setAccessibleName(tr("Dismiss"))
        self._close.setToolTip(tr("Dismiss"))
        set_role(self._close, "plain")
        self._close.clicked.connect(self._dismiss)
        theme.changed().connect(self._tint)
        self._tint()

    def _dismiss(self) -> None:
        notice = self._take_shown()
        self._show()
        if notice is not None:
            self.dismissed.emit(notice)

    def _take_shown(self) -> Notice | None:
        """The notice that is shown, which leaves; None where it is over and only stood there."""
        shown = self._shown if self._shown in self._notices else None
        self._notices = [notice for notice in self._notices if notice != shown]
        return shown

    def _follow(self) -> None:
        if not (self._hold.is_held or self.underMouse()):
            self._show()

    def _show(self) -> None:
        notice = self._notices[-1] if self._notices else None
        self.setVisible(notice is not None)
        if notice is not None:
            more = len(self._notices) - 1
            self._more.setText(tr("and {n} more", n=more))
            self._more.setVisible(more > 0)
            if notice != self._shown:
                self._show_notice(notice)
        self._shown = notice

    def _show_notice(self, notice: Notice) -> None:
        self._text.setText(notice.text)
        self._text.setAccessibleName(notice.text)
        self._glyph.setVisible(notice.grave)
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = [self._make_button(notice, action) for action in notice.actions]
        self._place_buttons()

    def _place_buttons(self) -> None:
        """Beside the text where it has room, else below it."""
        for button in self._buttons:
            button.ensurePolished()
        needed = sum(button.sizeHint().width() + 8 for button in self._buttons)
        is_narrow = needed > self.width() * (1 - ROOM_FOR_TEXT)
        row = self._below if is_narrow else self._beside
        self._below_box.setVisible(is_narrow and bool(self._buttons))
        for button in self._buttons:
            row.addWidget(button)
            button.show()

    def _make_button(self, notice: Notice, action: NoticeAction) -> QPushButton:
        button = make_button(notice_action_label(action, notice), _ROLES.get(action, ""))
        take_single_clicks(button)  # the notice before may offer the same, for another task
        button.clicked.connect(lambda _checked=False: self._choose(action))
        return button

    def _choose(self, action: NoticeAction) -> None:
        notice = self._take_shown()
        if notice is not None:
            self.chosen.emit(notice, action)  # which may add it again
        self._show()

    def _tint(self) -> None:
        self._close.setIcon(icons.icon(Glyph.CLOSE, QColor(theme.colours().dim)))

    # -- Qt ----------------------------------------------------------------------------------

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._follow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._place_buttons()


def _is_same(old: Notice, new: Notice) -> bool:
    if old.topic or new.topic:
        return old.topic == new.topic
    return _said(old) == _said(new)


def _said(notice: Notice) -> tuple[object, ...]:
    """All but when: what is said twice stands once."""
    return notice.text, notice.actions, notice.session_key, notice.task_key
