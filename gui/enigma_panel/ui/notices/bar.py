"""The notice bar above the tables: says what no row says, takes no focus, can be dismissed."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.notices.notice_list import NoticeList, kind_of
from enigma_panel.ui.text.problems import Notice, NoticeAction
from enigma_panel.ui.text.ways_out import way_out_tip
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
from enigma_panel.ui.widgets.pointer_hold import ARM_MS, PointerHold

tr = Translations("Notices")

ROOM_FOR_TEXT = 0.55
"""Least share of the width for the text; with less, the buttons stand below it."""
_ROLES = {NoticeAction.TERMINATE: "danger"}


class NoticeBar(QFrame):
    """Shows the first notice and how many others there are; dismissing it shows the next.

    It stays as it is while somebody aims at it or at a row below; its owner has it watched. A click
    soon after it changed was meant for the notice before, so it does nothing. all_wanted: the list
    of all notices.
    """

    all_wanted = Signal()

    def __init__(
        self, notices: NoticeList, hold: PointerHold, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._hold = hold
        self._notices = notices
        self._shown: Notice | None = None
        self._buttons: list[QPushButton] = []
        self._arm_timer = QTimer(self, singleShot=True, interval=ARM_MS)
        self._arm_timer.timeout.connect(lambda: self._take_clicks(True))
        self._build_parts()
        self._build_layout()
        self.hide()
        hold.released.connect(self._follow)
        notices.changed.connect(self._follow)

    # -- inside ------------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self._glyph = GlyphLabel(Glyph.BANG, Severity.AMBER)
        self._text = make_label(wrap=True)
        self.more_button = make_button(tr("Notices"), "link")
        self._close = ToolButton()
        self._beside = make_row()
        self._below = make_row(None)
        self._below_box = QWidget()

    def _build_layout(self) -> None:
        set_role(self, "notice")
        self.setAccessibleName(tr("Notice"))
        head = make_row(self._glyph, self._text, self.more_button)
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
        self.more_button.setToolTip(tr("Shows all notices"))
        self.more_button.clicked.connect(self.all_wanted)
        theme.changed().connect(self._tint)
        self._tint()

    def _dismiss(self) -> None:
        if self._shown is not None:
            self._notices.dismiss(self._shown)
        self._show()

    def _follow(self) -> None:
        if not self._hold.is_held:
            self._show()

    def _show(self) -> None:
        before, notice = self._shown, self._notices.first()
        self._shown = notice  # before a button goes from under the pointer, which may end the hold
        self.setVisible(notice is not None)
        if notice is not None:
            self._count(notice)
            if notice != before:
                self._show_notice(notice)

    def _count(self, shown: Notice) -> None:
        """Show how many other notices there are, '2 like it, 3 more', as a link to all of them."""
        all_notices = self._notices.notices()
        like = sum(kind_of(notice) == kind_of(shown) for notice in all_notices)
        parts = [
            tr.plural("1 like it", "{n} like it", like - 1) if like > 1 else "",
            tr.plural("1 more", "{n} more", more) if (more := len(all_notices) - like) else "",
        ]
        text = ", ".join(filter(None, parts))
        self.more_button.setText(text)
        self.more_button.setAccessibleName(text)
        self.more_button.setVisible(bool(text))

    def _show_notice(self, notice: Notice) -> None:
        self._text.setText(notice.text)
        self._text.setAccessibleName(notice.text)
        self._glyph.setVisible(notice.grave)
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = [action_button(notice, action, self._notices) for action in notice.actions]
        for button in self._buttons:
            button.clicked.connect(self._show)
        self._place_buttons()
        self._take_clicks(False)
        self._arm_timer.start()

    def _take_clicks(self, takes: bool) -> None:
        for button in (*self._buttons, self._close):
            button.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not takes)

    def _place_buttons(self) -> None:
        """Place the buttons beside the text where there is room, else below it."""
        for button in self._buttons:
            button.ensurePolished()
        needed = sum(button.sizeHint().width() + 8 for button in self._buttons)
        is_narrow = needed > self.width() * (1 - ROOM_FOR_TEXT)
        row = self._below if is_narrow else self._beside
        self._below_box.setVisible(is_narrow and bool(self._buttons))
        before = self.more_button
        for button in self._buttons:
            row.addWidget(button)
            QWidget.setTabOrder(before, button)  # made last, but the keyboard comes here next
            before = button
            button.show()

    def _tint(self) -> None:
        self._close.setIcon(icons.icon(Glyph.CLOSE, QColor(theme.colours().dim)))

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._place_buttons()


def action_button(notice: Notice, action: NoticeAction, notices: NoticeList) -> QPushButton:
    """Return the button that takes a notice's action."""
    button = make_button(notice.label(action), _ROLES.get(action, ""))
    button.setToolTip(way_out_tip(action))
    button.setAccessibleDescription(way_out_tip(action))
    take_single_clicks(button)
    button.clicked.connect(lambda _checked=False: notices.choose(notice, action))
    return button
