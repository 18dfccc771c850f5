"""Whether a list goes along with the newest, and how it stands still when somebody reads."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QAbstractItemModel, QObject, QTimer, Signal
from PySide6.QtWidgets import QTableView

REST_MS = 3_000
"""A pointer that has not moved for so long aims at nothing."""
END = 1 << 30
"""Further down than any list reaches."""


class Following(QObject):
    """Moves the scroll bar of a table whose rows are all of one height.

    It follows the newest while the table is scrolled to its end and no row is selected; a pointer
    that moves over the rows holds it. Else the rows that are seen stay where they are, and `news`
    counts what came in below. changed: the number of these.
    """

    changed = Signal(int)

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self.follows = True
        self.news = 0
        self._table = table
        self._bar = table.verticalScrollBar()
        self._is_held = False
        self._is_ours = False
        self._place = 0
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(lambda: self.set_pointer_inside(False))
        self._bar.valueChanged.connect(self._scrolled)

    # -- what the table tells -----------------------------------------------------------------

    def watch(self, model: QAbstractItemModel) -> None:
        """Follow this model, which the table knows already: the table has to learn first."""
        for about_to in (model.rowsAboutToBeInserted, model.rowsAboutToBeRemoved):
            about_to.connect(self._keep_place)
        model.rowsInserted.connect(lambda _parent, first, last: self._grew(first, last))
        model.rowsRemoved.connect(lambda _parent, first, last: self._shrank(first, last))

    def begin(self) -> None:
        """Other rows altogether: their newest are looked for at the end."""
        self.follows = True
        self._count(0)

    def follow(self) -> None:
        """To the newest, and along with it from now on."""
        self.follows = True
        self.to_end()
        self._count(0)

    def set_pointer_inside(self, held: bool) -> None:
        """The pointer moves over the rows, or has left them."""
        if held:
            self._rest.start()
        else:
            self._rest.stop()
        was_held, self._is_held = self._is_held, held
        if was_held and not held and self.follows:
            self.follow()

    def heed_selection(self) -> None:
        """What is selected is read; once nothing is, the end is the place to follow from."""
        if self._table.selectionModel().hasSelection():
            self.follows = False
        elif self.is_at_end():
            self.follows = True
            self._count(0)

    def stand(self, value: int) -> None:
        """The rows have other places: go to the end, or to where somebody reads.

        With more room that may be the end as well; then there is something to follow.
        """
        self._move_to(END if self.follows else value)
        self.heed_selection()

    def to_end(self) -> None:
        """Scroll to the end."""
        self._move_to(END)

    def is_at_end(self) -> bool:
        """Whether the last row is seen."""
        return self._bar.value() >= self._bar.maximum()

    def top_row(self) -> int:
        """The first row that is seen."""
        return self._bar.value() // self.row_height()

    def row_height(self) -> int:
        """The height of every row."""
        return self._table.verticalHeader().defaultSectionSize()

    @contextmanager
    def by_ourselves(self) -> Iterator[None]:
        """What moves meanwhile does not say that somebody scrolls."""
        before, self._is_ours = self._is_ours, True
        try:
            yield
        finally:
            self._is_ours = before

    # -- inside ------------------------------------------------------------------------------

    def _keep_place(self) -> None:
        self._place = self._bar.value()

    def _grew(self, first: int, last: int) -> None:
        count = last - first + 1
        goes_along = self.follows and not self._is_held
        is_above = first * self.row_height() <= self._place
        is_last = last + 1 == self._table.model().rowCount()
        shift = count * self.row_height() if is_above and not is_last else 0
        self._move_to(END if goes_along else self._place + shift)
        if first and not self.is_at_end():
            self._count(self.news + count)

    def _shrank(self, first: int, last: int) -> None:
        is_above = first * self.row_height() <= self._place
        shift = (last - first + 1) * self.row_height() if is_above else 0
        self.stand(max(0, self._place - shift))

    def _move_to(self, value: int) -> None:
        with self.by_ourselves():
            self._table.updateGeometries()  # else the bar does not know of the new rows yet
            self._bar.setValue(value)

    def _scrolled(self, value: int) -> None:
        """The person scrolled: to the end, or to something that is read."""
        if self._is_ours:
            return
        if value < self._bar.maximum():
            self.follows = False
        elif self._table.selectionModel().hasSelection():
            self._count(0)
        else:
            self.follow()

    def _count(self, news: int) -> None:
        if news != self.news:
            self.news = news
            self.changed.emit(news)
