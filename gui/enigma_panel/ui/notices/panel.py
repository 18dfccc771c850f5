"""The list of notices over the lower left corner of the window: it floats and moves nothing."""

from PySide6.QtCore import QEvent, QMargins, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.notices.notice_list import NoticeList
from enigma_panel.ui.text.problems import Notice, NoticeAction
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.text.ways_out import way_out_tip
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.action_button import show_words
from enigma_panel.ui.widgets.basics import (
    make_button,
    make_column,
    make_label,
    make_row,
    make_tool,
    set_role,
    take_single_clicks,
)
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.inputs import ScrollArea
from enigma_panel.ui.widgets.shadow import Shadow
from enigma_panel.ui.widgets.toast import Toast

tr = Translations("Notices")

WIDTH, APART, SIDE, GAP = 440, 16, 16, 8
BELOW_TOP = 60
"""The top bar and a gap stay in sight."""
_ROLES = {NoticeAction.TERMINATE: "danger"}


def look_text(n: int) -> str:
    return tr.plural("1 needs a look", "{n} need a look", n)


class NoticePanel(QFrame):
    """What needs a look, with ways out; Escape, × and its button in the status bar close it.

    It follows what happens. While the pointer or the keyboard is on its rows none moves: what is
    over is dimmed in its place, what is new comes below.
    above: the widget on whose upper edge it stands. toast: stays over it. closed: it had the
    keyboard.
    """

    closed = Signal()

    def __init__(self, notices: NoticeList, window: QWidget, above: QWidget, toast: Toast) -> None:
        super().__init__(window)
        self._notices = notices
        self._window, self._above, self._toast = window, above, toast
        self._rows: list[NoticeRow] = []
        self._is_covered = False
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window, self.close_list)
        self._head = make_row()
        self._title = make_label(role="heading")
        self._scroll = ScrollArea()
        self.close_button = make_tool(tr("Close"))
        self._build()
        Shadow(self, 8)
        notices.changed.connect(self._follow)
        self.hide()

    def toggle(self) -> None:
        """Open the list anew, or close it."""
        if self.isVisible():
            self.close_list()
        else:
            self.open_list()

    def open_list(self) -> None:
        self._fill()
        self.show()
        self._place()
        self._escape.setEnabled(not self._is_covered)
        if not self._is_covered:
            self.raise_()
            self._toast.raise_()
            self._toast.give_way(self.open_list)
            self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_covered(self, is_covered: bool) -> None:
        """Open below the sheet that stands there, which keeps the keyboard."""
        self._is_covered = is_covered
        self._escape.setEnabled(self.isVisible() and not is_covered)

    def close_list(self) -> None:
        focus = self._window.focusWidget()
        self.hide()
        self._escape.setEnabled(False)
        if focus is not None and self.isAncestorOf(focus):
            self.closed.emit()

    # -- inside ------------------------------------------------------------------------------

    def _build(self) -> None:
        set_role(self, "floating")
        self.setAccessibleName(tr("Notices"))
        self._head.addWidget(self._title, 1)
        self._head.addWidget(self.close_button)
        self._head.setContentsMargins(SIDE, 8, 8, 8)
        self._scroll.column.setSpacing(0)
        self._scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GAP)
        column.setSpacing(0)
        column.addLayout(self._head)
        column.addWidget(self._scroll, 1)
        self.close_button.clicked.connect(self.close_list)
        self._escape.setEnabled(False)
        self._above.installEventFilter(self)
        theme.changed().connect(self._tint)
        self._tint()

    def _fill(self) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = []
        self._add(self._notices.notices())
        self._show_count()

    def _add(self, notices: list[Notice]) -> None:
        before: QWidget = self._rows[-1].dismiss_button if self._rows else self.close_button
        for notice in notices:
            row = NoticeRow(notice, self._notices)
            self._scroll.column.insertWidget(self._scroll.column.count() - 1, row)
            row.show()  # Qt does it a moment later, and its height is wanted now
            self._rows.append(row)
            for button in (*row.buttons.values(), row.dismiss_button):
                QWidget.setTabOrder(before, button)
                before = button

    def _follow(self) -> None:
        if not self.isVisible():
            return
        focus = self._window.focusWidget()
        has_focus = focus is not None and any(row.isAncestorOf(focus) for row in self._rows)
        if not has_focus and not self.underMouse():
            self._fill()
            self._place()
            return
        there = {notice.id: notice for notice in self._notices.notices()}
        for row in self._rows:
            found = there.get(row.notice.id)
            is_same = found is not None and set(found.actions[:1]) <= row.buttons.keys()
            row.follow(there.pop(row.notice.id) if is_same else None)
        if focus is not None and self.isAncestorOf(focus) and not focus.isEnabled():
            self._focus_below(focus)
        self._add(list(there.values()))
        self._show_count()
        self._fit_rows()

    def _show_count(self) -> None:
        n = len(self._notices.notices())
        self._title.setText(look_text(n) if n else tr("Nothing needs a look."))

    def _focus_below(self, lost: QWidget) -> None:
        """Move the keyboard to the next *Dismiss*: what starts or ends something is not met."""
        at = next(i for i, row in enumerate(self._rows) if row.isAncestorOf(lost))
        below = [row.dismiss_button for row in self._rows[at:]]
        stops = [one for one in below if one.isEnabled() and not one.isHidden()]
        (*stops, self.close_button)[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self) -> None:
        """Stand on the status bar, as high as the rows need and the window has room for."""
        edge = self._above.mapTo(self._window, QPoint()).y() - GAP
        width = min(theme.scaled(WIDTH), self._window.width() - 2 * APART)
        self.resize(width, self.height())
        self._head.invalidate()  # its font came with the style sheet
        needed = self._fit_rows() + self._head.sizeHint().height() + 2 + GAP
        height = min(needed, edge - theme.line_height(BELOW_TOP))
        self.setGeometry(APART, edge - height, width, height)

    def _fit_rows(self) -> int:
        """Give each row the height that its words need: a scroll area asks for none."""
        room = self.width() - 2 - self._scroll.verticalScrollBar().sizeHint().width()
        for row in self._rows:
            high = row.hasHeightForWidth()
            row.setMinimumHeight(row.heightForWidth(room) if high else row.sizeHint().height())
        needed = sum(row.minimumHeight() for row in self._rows)
        if (page := self._scroll.widget()) is not None:
            page.setMinimumHeight(needed)
        return needed

    def _tint(self) -> None:
        self.close_button.setIcon(icons.icon(Glyph.CLOSE, theme.colours().dim))

    # -- Qt ----------------------------------------------------------------------------------

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._follow()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self.isVisible() and event.type() in {QEvent.Type.Move, QEvent.Type.Resize}:
            self._place()
        return False


class NoticeRow(QFrame):
    """One notice: what happened and when, what it means, its ways out."""

    def __init__(self, notice: Notice, notices: NoticeList) -> None:
        super().__init__()
        self.notice = notice
        self._notices = notices
        self._title = make_label(role="figure", wrap=True)
        self._text = make_label(role="dim", wrap=True)
        time = make_label(local_time(notices.since_ms(notice)), "dim")
        self.buttons = {action: self._button(action) for action in notice.actions}
        self.dismiss_button = make_button(tr("Dismiss"))
        for button in (*self.buttons.values(), self.dismiss_button):
            button.setProperty("small", True)
        has_own = NoticeAction.DISMISS_START in notice.actions
        self.dismiss_button.setHidden(notice.stays or has_own)
        self.dismiss_button.clicked.connect(lambda: notices.dismiss(self.notice))
        head, top = make_row(), Qt.AlignmentFlag.AlignTop
        head.addWidget(GlyphLabel(Glyph.BANG, Severity.AMBER), 0, top)
        head.addWidget(self._title, 1)
        head.addWidget(time, 0, top)
        below = make_column(self._text, FlowLayout(*self.buttons.values(), self.dismiss_button))
        below.setContentsMargins(QMargins(22, 0, 0, 0))
        column = make_column(head, below, gap=4)
        column.setContentsMargins(SIDE, 10, SIDE, 12)
        self.setLayout(column)
        set_role(self, "row")
        self._show()

    def follow(self, notice: Notice | None) -> None:
        """Say what the notice says by now; dim the row where it is over."""
        self.setEnabled(notice is not None)
        if notice is not None and notice != self.notice:
            self.notice = notice
            self._show()

    def _show(self) -> None:
        for label, text in ((self._title, self.notice.title), (self._text, self.notice.text)):
            label.setText(text)
            label.setAccessibleName(text)
        self._text.setHidden(not self.notice.text)
        for action, button in self.buttons.items():
            if action in self.notice.actions:  # an amount in it may be another by now
                show_words(button, self.notice.label(action))
            button.setEnabled(action in self.notice.actions)
            tip = way_out_tip(action)
            button.setToolTip(tip)
            button.setAccessibleDescription(f"{self.notice.words} {tip}".strip())

    def _button(self, action: NoticeAction) -> QPushButton:
        button = make_button(self.notice.label(action), _ROLES.get(action, ""))
        take_single_clicks(button)
        button.clicked.connect(lambda: self._notices.choose(self.notice, action))
        return button
