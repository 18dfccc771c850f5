"""The list of sessions in the dialogs that end them."""

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from enigma_panel.core.models import Session
from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import plain_tip, shorten
from enigma_panel.ui.quit.text import SessionRow, session_row
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Severity

MOST_ROWS = 10
"""How many rows are in view; more are scrolled."""
ROW_HEIGHT = 26
"""Height of a row in the usual font."""
WIDTH = 600
NAME_CHARS, STATE_CHARS = 26, 34
"""How many characters of name and state are shown, so that the task has room.

The rest is in the tool tip.
"""
_NAME, _STATE, _LEFT, _TASK = range(4)


class SessionList(QTreeWidget):
    """A row for each session: name, state, time left, task; its first cell says all of it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._rows: tuple[SessionRow, ...] = ()
        self.setAccessibleName(name)
        self.setColumnCount(4)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        columns = self.header()
        columns.setStretchLastSection(True)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(_TASK, QHeaderView.ResizeMode.Stretch)
        theme.changed().connect(self._put)

    def show_sessions(self, services: Services, records: Iterable[Session]) -> None:
        """Show these sessions in the present rows, so that nothing jumps while somebody reads."""
        sessions, now = services.sessions, services.clock.now_ms()
        rows = tuple(
            session_row(
                session,
                task := sessions.current_task(session),
                now,
                sessions.pending(session.key),
                known_ms=services.health.unreachable_since_ms,
                is_missing=sessions.is_missing(task),
            )
            for session in records
        )
        if rows != self._rows:
            self._rows = rows
            self._put()

    def _put(self) -> None:
        while self.topLevelItemCount() > len(self._rows):
            self.takeTopLevelItem(len(self._rows))
        for place, row in enumerate(self._rows):
            item = self.topLevelItem(place)
            if item is None:
                item = QTreeWidgetItem()
                item.setTextAlignment(
                    _LEFT, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
                self.addTopLevelItem(item)
            _fill(item, row)
        self.updateGeometry()

    # -- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        rows = min(len(self._rows), MOST_ROWS)
        return QSize(theme.scaled(WIDTH), rows * _row_height() + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(240, min(len(self._rows), 2) * _row_height() + 2 * self.frameWidth())


def _row_height() -> int:
    return theme.line_height(ROW_HEIGHT)


def _fill(item: QTreeWidgetItem, row: SessionRow) -> None:
    colours = theme.colours()
    cells = (
        (shorten(row.name, NAME_CHARS), row.text, Severity.PLAIN),
        (shorten(row.state, STATE_CHARS), row.state, row.severity),
        (row.left, row.left, Severity.DIM),
        (row.task, row.task, Severity.DIM),
    )
    for column, (text, spoken, severity) in enumerate(cells):
        item.setText(column, text)
        item.setForeground(column, QBrush(colours.severity(severity)))
        item.setToolTip(column, plain_tip(row.text))
        item.setData(column, Qt.ItemDataRole.AccessibleTextRole, spoken)
    item.setSizeHint(_TASK, QSize(0, _row_height()))
