"""The window *Notices*: all that is true now, like ones together, each with its ways out."""

from collections.abc import Iterable
from itertools import groupby

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.notices.bar import action_button
from enigma_panel.ui.notices.notice_list import NoticeList, kind_of
from enigma_panel.ui.text.problems import Notice
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import (
    in_card,
    make_button,
    make_column,
    make_label,
    make_row,
)
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("Notices")

LEAST_WIDTH = 460


class NoticesDialog(ModelessDialog):
    """The window *Notices*.

    While it is open no row moves: notices that are over are dimmed in their place, new ones come
    below.
    """

    def __init__(self, notices: NoticeList, parent: QWidget | None) -> None:
        super().__init__(tr("Notices"), parent)
        self._notices = notices
        self._rows: list[NoticeRow] = []
        self._cards: list[QFrame] = []
        self._scroll = ScrollArea()
        self._scroll.column.addStretch(1)
        self.close_button = make_button(tr("Close"))
        self.close_button.clicked.connect(self.reject)
        self.setMinimumWidth(LEAST_WIDTH)
        self.body.addWidget(self._scroll, 1)
        self.add_buttons(None, self.close_button)
        notices.changed.connect(self._follow)

    def ask(self) -> None:
        """Show the current notices."""
        for card in self._cards:
            card.hide()
            card.deleteLater()
        self._rows, self._cards = [], []
        self._add(self._notices.notices())
        self.present(self.close_button)

    def _add(self, notices: Iterable[Notice]) -> None:
        for _, like in groupby(notices, kind_of):
            rows = [NoticeRow(notice, self._notices) for notice in like]
            content = QWidget()
            content.setLayout(make_column(*rows))
            card = in_card(content)
            self._scroll.column.insertWidget(len(self._cards), card)
            card.show()  # else a moment later
            self._rows += rows
            self._cards.append(card)

    def _follow(self) -> None:
        if not self.isVisible():
            return
        there, known = self._notices.notices(), [row.notice for row in self._rows]
        for row in self._rows:
            row.setEnabled(row.notice in there)
        self._add(notice for notice in there if notice not in known)
        self.fit(only_grow=True)


class NoticeRow(QWidget):
    """One notice, what can be done about it, and Dismiss."""

    def __init__(self, notice: Notice, notices: NoticeList) -> None:
        super().__init__()
        self.notice = notice
        sign = (Glyph.BANG, Severity.AMBER) if notice.grave else (Glyph.DISC, Severity.DIM)
        text = make_label(notice.text, wrap=True)
        text.setAccessibleName(notice.text)
        head = make_row(GlyphLabel(*sign), text)
        head.setStretch(1, 1)
        self.buttons = [action_button(notice, action, notices) for action in notice.actions]
        self.dismiss_button = make_button(tr("Dismiss"))
        self.dismiss_button.clicked.connect(lambda: notices.dismiss(notice))
        self._build(head, [*self.buttons, self.dismiss_button])

    def _build(self, head: QHBoxLayout, buttons: list[QPushButton]) -> None:
        for button in buttons:
            parts = (self.notice.text, button.toolTip())
            button.setAccessibleDescription(" ".join(filter(None, parts)))
        self.setLayout(make_column(head, FlowLayout(*buttons), gap=6))
