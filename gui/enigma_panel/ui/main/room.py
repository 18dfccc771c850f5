"""How much room a column leaves to one of its parts."""

from PySide6.QtWidgets import QBoxLayout, QWidget


def available_height(part: QWidget) -> int | None:
    """Height that the other parts of the column leave to this one; None outside of a column.

    What grows with the window needs its least height, all else what it has.
    """
    parent = part.parentWidget()
    column = parent.layout() if parent is not None else None
    if parent is None or not isinstance(column, QBoxLayout):
        return None
    margins = column.contentsMargins()
    room = parent.height() - margins.top() - margins.bottom()
    for place in range(column.count()):
        item = column.itemAt(place)
        widget = item.widget() if item is not None else None
        if widget is None or widget is part or not widget.isVisibleTo(parent):
            continue
        grows = column.stretch(place) > 0
        room -= widget.minimumSizeHint().height() if grows else widget.height()
        room -= column.spacing()
    return room
