"""Layouts of widgets side by side that wrap where there is no room."""

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget, QWidgetItem


class FlowLayout(QLayout):
    """A row of widgets that wraps where there is no room; a hidden widget takes none.

    ends_row: the widget that ends where its row ends, unless it is alone there.
    """

    ends_row: QWidget | None = None

    def __init__(self, *widgets: QWidget, gap: int = 6) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}  # by width; Qt asks often and says what invalidates it
        self.setSpacing(gap)
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    # -- inside ------------------------------------------------------------------------------

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _places(self, room: QRect) -> list[tuple[QLayoutItem, QRect]]:
        return self._wrapped(self._shown(), room)

    def _wrapped(self, items: list[QLayoutItem], room: QRect) -> list[tuple[QLayoutItem, QRect]]:
        places = []
        x, y, line_height = room.x(), room.y(), 0
        for item in items:
            size = item.sizeHint()
            if x > room.x() and x + size.width() > room.x() + room.width():
                x, y, line_height = room.x(), y + line_height + self.spacing(), 0
            width = min(size.width(), max(room.width(), item.minimumSize().width()))
            if x > room.x() and item.widget() is self.ends_row:
                x = room.x() + room.width() - width
            places.append((item, QRect(x, y, width, size.height())))
            x += width + self.spacing()
            line_height = max(line_height, size.height())
        return places

    def _around(self, size: QSize) -> QSize:
        return size.grownBy(self.contentsMargins())

    # -- Qt ----------------------------------------------------------------------------------

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def addWidget(self, widget: QWidget) -> None:
        self.addChildWidget(widget)
        self.addItem(QWidgetItem(widget))

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._height(width)
        return self._heights[width]

    def _height(self, width: int) -> int:
        margins: QMargins = self.contentsMargins()
        room = QRect(0, 0, width - margins.left() - margins.right(), 0)
        bottom = max((place.y() + place.height() for _, place in self._places(room)), default=0)
        return bottom + margins.top() + margins.bottom() if bottom else 0

    def sizeHint(self) -> QSize:
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self.spacing() * max(0, len(sizes) - 1)
        return self._around(QSize(width, max((size.height() for size in sizes), default=0)))

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._shown()]
        width = max((size.width() for size in sizes), default=0)
        return self._around(QSize(width, max((size.height() for size in sizes), default=0)))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        for item, place in self._places(rect.marginsRemoved(self.contentsMargins())):
            item.setGeometry(place)


class EdgeFlowLayout(FlowLayout):
    """A row that wraps, its first widget at the left, apart from all others at the right."""

    def _places(self, room: QRect) -> list[tuple[QLayoutItem, QRect]]:
        first = [item for item in self._items[:1] if not item.isEmpty()]
        others = [item for item in self._items[1:] if not item.isEmpty()]
        places = self._wrapped(first, room)
        rest = QRect(room)
        if places and others:
            shorten = self.sizeHint().width() <= room.width() + self._side_margins()
            edge = places[0][1]
            if shorten:
                rest.setLeft(edge.x() + edge.width() + self.spacing())
            else:
                rest.moveTop(edge.y() + edge.height() + self.spacing())
        return places + [
            (item, place.translated(right, 0))
            for item, place, right in self._to_the_right(self._wrapped(others, rest), rest)
        ]

    def _side_margins(self) -> int:
        margins = self.contentsMargins()
        return margins.left() + margins.right()

    def _to_the_right(
        self, places: list[tuple[QLayoutItem, QRect]], room: QRect
    ) -> list[tuple[QLayoutItem, QRect, int]]:
        ends: dict[int, int] = {}
        for _, place in places:
            ends[place.y()] = max(ends.get(place.y(), 0), place.x() + place.width())
        edge = room.x() + room.width()
        return [(item, place, max(0, edge - ends[place.y()])) for item, place in places]
