"""A result to read: text or Markdown. Nothing in it is loaded, and no link opened unconfirmed."""

from collections.abc import Iterator
from itertools import product
from math import ceil

from PySide6.QtCore import QEvent, QMimeData, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QFont,
    QFontInfo,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextOption,
    QTextTable,
)
from PySide6.QtWidgets import QFrame, QTextEdit

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.ui.i18n import Translations, shorten, without_hidden
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
    take_single_clicks,
)

tr = Translations("Result")

LINE_CHARS, LINE_HEIGHT = 70, 1.4
"""Length of a line in letters, and its height as a multiple of the font's size."""
CELL_PADDING, HEADING_GAP = 6, 12
FRAME = 4
"""Room for the sign of focus."""
_DIALECT = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_PLAIN = QTextCharFormat()
_LONG_WORD = lazy_compile(r"\S{2000}(?=\S)")
"""Part of a word that is broken: Qt takes half a minute for one of a million letters."""
_BREAK = "\u202c"
"""Stands before the line's end there: it is not seen, and no text that is shown has one itself."""
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Reading(QTextEdit):
    """Shows text or Markdown in lines that are easy to read; Tab goes through its links.

    most_lines: as high as its text, up to so many lines; without, as high as there is room.
    link_asked: a link was pressed. None is followed.
    """

    link_asked = Signal(QUrl)

    def __init__(self, most_lines: int | None = None) -> None:
        super().__init__()
        self._most_lines = most_lines
        self._text, self._is_markdown = "", False
        self._links: list[tuple[int, int]] = []
        self._laid_out: QTextDocument | None = None
        self.setAccessibleName(tr("Result"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.viewport().setMouseTracking(True)
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * 3 if most_lines is None else 0)
        set_role(self, "document" if most_lines is None else "reading")
        theme.changed().connect(self._lay_out)

    def show_text(self, text: str, *, is_markdown: bool = False) -> None:
        """Show a text. HTML in Markdown stands there as text."""
        plain = text.replace("\r\n", "\n").replace("\r", "\n")
        self._text = _LONG_WORD.sub(f"\\g<0>{_BREAK}\n", without_hidden(plain))
        self._is_markdown = is_markdown
        self._lay_out()

    def matches(self, words: str) -> Iterator[QTextCursor]:
        """The places where these words stand."""
        found = self.document().find(words, 0)
        while not found.isNull():
            yield found
            found = self.document().find(words, found)

    def go_to(self, match: QTextCursor) -> None:
        """Select one of those."""
        self.setTextCursor(match)

    # -- inside --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Lay it out, also anew: links keep the colour in which they were."""
        document = QTextDocument(self)
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(self._face())
        document.setDocumentMargin(0)
        if self._is_markdown:
            document.setMarkdown(self._text, _DIALECT)
            _replace_images(document)
            _draw_tables(document)
            _size_headings(document)
        else:
            document.setPlainText(self._text)
        self._space_lines(document)
        pieces = _pieces(document) if self._is_markdown else ()
        self._links = [(first, end) for first, end, form in pieces if form.isAnchor()]
        self.setDocument(document)
        self.setCursorWidth(0)  # nothing can be typed here; whoever uses keys gets a caret
        if self._laid_out is not None:
            self._laid_out.deleteLater()
        self._laid_out = document
        self._fit()

    def _face(self) -> QFont:
        """Return the font in points: with one in pixels Qt leaves no room between paragraphs."""
        face = QFont(self.font())
        face.setPointSizeF(QFontInfo(self.font()).pointSizeF())
        return face

    def _line_height(self) -> float:
        return QFontInfo(self.font()).pixelSize() * LINE_HEIGHT

    def _space_lines(self, document: QTextDocument) -> None:
        spaced = QTextBlockFormat()
        spaced.setLineHeight(
            self._line_height(), QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        )
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(spaced)

    def _fit(self) -> None:
        """Take the height that the text needs at this width, or show whole lines alone that are no
        wider than can be read."""
        if self._most_lines is None:
            widest = LINE_CHARS * self.fontMetrics().horizontalAdvance("0")
            free, rest = max(0, self.width() - widest), self.height() % self._line_height()
            self.setViewportMargins(0, 0, free, int(rest))
        else:
            needed, most = self.document().size().height(), self._most_lines * self._line_height()
            policy = Qt.ScrollBarPolicy
            self.setVerticalScrollBarPolicy(
                policy.ScrollBarAsNeeded if needed > most else policy.ScrollBarAlwaysOff
            )
            height = ceil(min(needed, most)) + FRAME
            if height != self.height() or self.minimumHeight() != height:
                self.setFixedHeight(height)

    # -- Qt ------------------------------------------------------------------------------------

    def loadResource(self, _kind: int, _address: QUrl | str) -> None:
        """Load nothing: no file, no page, no picture of ours."""

    def focusNextPrevChild(self, forward: bool, /) -> bool:
        at = self.textCursor()
        if forward:
            ahead = [link for link in self._links if link[0] >= at.selectionEnd()]
        else:
            ahead = [link for link in self._links if link[1] <= at.selectionStart()][::-1]
        if not ahead:
            return super().focusNextPrevChild(forward)
        at.setPosition(ahead[0][0])
        at.setPosition(ahead[0][1], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(at)
        return True

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy what stands there without our breaks."""
        copied = super().createMimeDataFromSelection()
        if _BREAK in copied.text():
            text = copied.text().replace(f"{_BREAK}\n", "").replace(f"{_BREAK} ", "")
            copied = QMimeData()
            copied.setText(text.replace(_BREAK, ""))
        return copied

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.setCursorWidth(1)
        link = self.textCursor().charFormat().anchorHref() if event.key() in _ENTER else ""
        if link:
            self.link_asked.emit(QUrl(link))
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        is_link = bool(self.anchorAt(event.position().toPoint()))
        shape = Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        link = self.anchorAt(event.position().toPoint())
        is_click = event.button() is Qt.MouseButton.LeftButton
        if link and is_click and not self.textCursor().hasSelection():
            self.link_asked.emit(QUrl(link))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size() != event.oldSize():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self._text:
            self._lay_out()


class LinkQuestion(QFrame):
    """Asks before a link is opened; takes no room until then. left: it was answered."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._link = QUrl()
        set_role(self, "notice")
        self.question = make_label(wrap=True)
        self.question.setMinimumWidth(1)
        self.address = ElidedLabel("dim")
        self.open = make_button(tr("Open"))
        self.keep_closed = make_button(tr("Cancel"))
        take_single_clicks(self.open)
        row = make_row(self.question, self.open, self.keep_closed)
        row.setStretch(0, 1)
        column = make_column(row, self.address, gap=4)
        column.setContentsMargins(10, 6, 10, 6)
        self.setLayout(column)
        self.open.clicked.connect(self._open)
        self.keep_closed.clicked.connect(self.clear)
        self.hide()

    def ask(self, link: QUrl) -> None:
        """What leads to a page of the web is opened once its host was shown. In ASCII: another
        alphabet has letters that look like those of a known name."""
        host = link.host(QUrl.ComponentFormattingOption.FullyEncoded)
        is_page = link.scheme() in {"http", "https"} and bool(host)
        self._link = link if is_page else QUrl()
        no_page = tr("Not opened: this link is not a web page.")
        self.question.setText(tr("Open {host}?", host=shorten(host)) if is_page else no_page)
        self.address.show_text(shorten(link.toString(QUrl.ComponentFormattingOption.FullyEncoded)))
        self.open.setVisible(is_page)
        self.show()
        self.keep_closed.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        self._link = QUrl()
        if self.isAncestorOf(self.window().focusWidget() or self.window()):
            self.left.emit()
        self.hide()

    def _open(self) -> None:
        link = self._link
        self.clear()
        if link.isValid() and not QDesktopServices.openUrl(link):
            self.question.setText(tr("No program could open it."))
            self.open.hide()
            self.show()


def _replace_images(document: QTextDocument) -> None:
    """Replace images by their descriptions. Qt reads a local file even where a document loads
    nothing (measured in 6.11), so no image may be left in it."""
    for first, end, form in reversed(list(_pieces(document))):
        if form.isImageFormat():
            cursor = QTextCursor(document)
            cursor.setPosition(first)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            said = form.stringProperty(QTextFormat.Property.ImageAltText)
            cursor.insertText(tr("[image: {text}]", text=said) if said else tr("[image]"), _PLAIN)


def _draw_tables(document: QTextDocument) -> None:
    """Give rows a thin line below and room; without, Qt draws frames around each cell."""
    for table in document.rootFrame().childFrames():
        if isinstance(table, QTextTable):
            form = table.format()
            form.setBorderCollapse(True)
            form.setBorder(0)
            form.setCellPadding(CELL_PADDING)
            table.setFormat(form)
            for row, column in product(range(table.rows()), range(table.columns())):
                cell = table.cellAt(row, column)
                lined = cell.format().toTableCellFormat()
                lined.setBottomBorder(1)
                lined.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                lined.setBottomBorderBrush(QColor(theme.colours().line))
                cell.setFormat(lined)


def _size_headings(document: QTextDocument) -> None:
    """Give headings the size of ours, and room above; Qt doubles the first one's."""
    for first, end, form in list(_pieces(document)):
        size = QTextFormat.Property.FontSizeAdjustment
        if form.hasProperty(size):
            cursor = QTextCursor(document)
            cursor.setPosition(first)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            form.setProperty(size, 1 if form.intProperty(size) > 1 else 0)
            cursor.setCharFormat(form)
            if first:
                apart = QTextBlockFormat()
                apart.setTopMargin(HEADING_GAP)
                cursor.mergeBlockFormat(apart)


def _pieces(document: QTextDocument) -> Iterator[tuple[int, int, QTextCharFormat]]:
    """Begin, end and format of each piece of one format."""
    block = document.begin()
    while block.isValid():
        pieces = block.begin()
        while not pieces.atEnd():
            piece = pieces.fragment()
            yield piece.position(), piece.position() + piece.length(), piece.charFormat()
            pieces += 1
        block = block.next()
