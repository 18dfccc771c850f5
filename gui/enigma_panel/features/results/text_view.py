"""The text of a result, however long: its beginning at once, the rest in pieces."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from PySide6.QtCore import QMimeData, QTimer, Signal
from PySide6.QtGui import QTextCursor

from enigma_panel.ui.i18n import Translations, without_hidden
from enigma_panel.ui.steps.delegate import match_spans
from enigma_panel.ui.widgets.basics import set_role
from enigma_panel.ui.widgets.inputs import ReadingText
from enigma_panel.ui.widgets.text_marks import Span, mark_places, qt_length

tr = Translations("Result")

HEAD = 50_000
"""How many characters are shown at first."""
PIECE, PIECE_LINES = 50_000, 2_000
"""How many characters and lines are added at a time: some 20 ms."""
LINE = 2_000
"""A longer line is broken: Qt lays a line out as a whole, one of 1 MB in a quarter of a second."""
MOST_MARKS = 200
TEXT_MARGIN = 4
"""Gap between the words and the focus frame, in pixels."""
_BROKEN = 1
"""The state of a block that ends where no line does."""


class ResultText(ReadingText):
    """Shows and finds; what is copied of it has no line breaks but its own.

    grown: more of it is shown.
    """

    grown = Signal()

    def __init__(self) -> None:
        super().__init__(1)
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * 3)
        self.setAccessibleName(tr("Result"))
        set_role(self, "reading")
        self.document().setDocumentMargin(TEXT_MARGIN)
        self._text = ""
        self._shown = 0
        self._column = 0
        self._breaks: list[int] = []
        self._goal: tuple[Sequence[Span], int] | None = None
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._go_on)

    @property
    def whole(self) -> int:
        """How many characters there are."""
        return len(self._text)

    @property
    def shown(self) -> int:
        """How many of them are shown."""
        return self._shown

    @property
    def is_loading(self) -> bool:
        """Whether all of it was asked for and is not there yet."""
        return self._more.isActive()

    def show_text(self, text: str) -> None:
        """Show the beginning of this text."""
        self._more.stop()
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._shown = self._column = 0
        self._breaks = []
        self._goal = None
        self.setExtraSelections([])
        self.setPlainText(self._next_piece(HEAD))  # the cursor stays at the beginning
        self._mark_breaks()

    def load_all(self) -> None:
        """Show all of it, as soon as may be."""
        if self._shown < len(self._text):
            self._more.start()
        self.grown.emit()

    def fit(self) -> None:
        """Keep the height that the surroundings give."""

    # -- find ----------------------------------------------------------------------------------

    def finder(self, sought: str) -> Callable[[], Sequence[Span]]:
        """A call, for any thread, that finds where it stands; see `match_spans`."""
        text = self._text
        return lambda: match_spans(text, sought)

    def show_place(self, places: Sequence[Span], number: int) -> None:
        """Mark what was found, select one of it, and show that as soon as it is there."""
        self._goal = (places, number)
        if not places:
            self.setExtraSelections([])
        elif places[number][1] > self._shown:
            self.load_all()
        else:
            self._show_goal(places, number)

    def _show_goal(self, places: Sequence[Span], number: int) -> None:
        self._goal = None
        first = max(0, number - MOST_MARKS // 2)
        near = [place for place in places[first : first + MOST_MARKS] if place[1] <= self._shown]
        marks = self._positions(near)
        mark_places(self, marks)
        cursor = self.textCursor()
        cursor.setPosition(marks[number - first][0])
        cursor.setPosition(marks[number - first][1], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _positions(self, places: Sequence[Span]) -> list[Span]:
        """Where they are in the document."""
        at, length, found = 0, 0, []
        for first, end in places:
            length += qt_length(self._text[at:first])
            size = qt_length(self._text[first:end])
            start = length + bisect_right(self._breaks, first)
            found.append((start, length + size + bisect_left(self._breaks, end)))
            at, length = end, length + size
        return found

    # -- inside --------------------------------------------------------------------------------

    def _go_on(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(self._next_piece(PIECE))
        self._mark_breaks()
        if self._shown < len(self._text):
            self._more.start()
        if self._goal is not None:
            self.show_place(*self._goal)
        self.grown.emit()

    def _next_piece(self, size: int) -> str:
        """What is to be shown next, with the breaks of long lines. It is not cleaned before: that
        leaves each character in its place."""
        begin = self._shown
        lines = self._text[begin : begin + size].split("\n")
        if len(lines) > PIECE_LINES:
            lines[PIECE_LINES:] = [""]
        self._shown += sum(map(len, lines)) + len(lines) - 1
        if self._column + max(map(len, lines)) > LINE:
            lines = self._broken(lines, begin)
        self._column = len(lines[-1]) + (self._column if len(lines) == 1 else 0)
        return without_hidden("\n".join(lines))

    def _broken(self, lines: list[str], at: int) -> list[str]:
        """Return the lines, none longer than a line may be; at: where the first one begins."""
        pieces: list[str] = []
        room = LINE - self._column
        for line in lines:
            begin = 0
            while len(line) - begin > room:
                pieces.append(line[begin : begin + room])
                begin += room
                self._breaks.append(at + begin)
                room = LINE
            pieces.append(line[begin:])
            at += len(line) + 1
            room = LINE
        return pieces

    def _mark_breaks(self) -> None:
        for start, _end in self._positions([(at, at) for at in self._breaks]):
            self.document().findBlock(start - 1).setUserState(_BROKEN)

    # -- Qt ------------------------------------------------------------------------------------

    def createMimeDataFromSelection(self) -> QMimeData:
        """Return the selection without the breaks of long lines."""
        if not self._breaks:
            return super().createMimeDataFromSelection()
        chosen = self.textCursor()
        end = chosen.selectionEnd()
        block = self.document().findBlock(chosen.selectionStart())
        pieces: list[str] = []
        while block.isValid() and block.position() <= end:
            chosen.setPosition(max(self.textCursor().selectionStart(), block.position()))
            last = min(end, block.position() + block.length() - 1)
            chosen.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
            pieces.append(chosen.selectedText())
            if last < end:
                pieces.append("" if block.userState() == _BROKEN else "\n")
            block = block.next()
        data = QMimeData()
        data.setText("".join(pieces))
        return data
