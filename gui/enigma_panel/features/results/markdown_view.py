"""A result as Markdown: nothing in it is loaded, and no link opened that was not confirmed."""

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QFont,
    QFontInfo,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from enigma_panel.features.results.text import clean_text, heavy_text, link_text, no_link_text
from enigma_panel.features.results.text_view import MOST_MARKS, TEXT_MARGIN
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.steps.delegate import match_spans
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
from enigma_panel.ui.widgets.text_marks import Span, mark_places, qt_length

tr = Translations("Result")

MOST_CHARS, MOST_BARS = 20_000, 300
"""How many characters, and how many bars, are laid out unasked. Each bar may be a cell of a table,
and 7,000 cells in 20 kB took more than two seconds."""
_DIALECT = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_PLAIN = QTextCharFormat()


class MarkdownView(QWidget):
    """Lays out a text, or offers to where that takes long; asks before a link is opened."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._link = QUrl()
        self.browser = MarkdownBrowser()
        self.heavy = make_label(role="dim", wrap=True)
        self.render_anyway = make_button(tr("Render anyway"))
        self._offer = QWidget()
        self._offer.setLayout(
            make_column(self.heavy, make_row(self.render_anyway, None), None, gap=8)
        )
        self._make_link_bar()
        column = make_column(self._offer, self.browser, self.link_bar, gap=6)
        column.setStretch(1, 1)
        self.setLayout(column)
        self.setFocusProxy(self.browser)
        self.render_anyway.clicked.connect(self._render_anyway)
        self.browser.anchorClicked.connect(self._ask)
        self.open_link.clicked.connect(self._open)
        self.keep_closed.clicked.connect(self._close_link_bar)
        theme.changed().connect(self._recolour)

    def show_text(self, text: str) -> None:
        """Show it as Markdown, unless that takes long."""
        self._text = clean_text(text)
        self._close_link_bar()
        is_heavy = len(self._text) > MOST_CHARS or self._text.count("|") > MOST_BARS
        self.heavy.setText(heavy_text(len(self._text)) if is_heavy else "")
        self._offer.setVisible(is_heavy)
        self.browser.setVisible(not is_heavy)
        self.browser.show_markdown("" if is_heavy else self._text)

    def finder(self, sought: str) -> Callable[[], Sequence[Span]]:
        """A call, for any thread, that finds where it stands."""
        text = self.browser.toPlainText()
        return lambda: match_spans(text, sought)

    def show_place(self, places: Sequence[Span], number: int) -> None:
        """Mark what was found and go to one of it."""
        self.browser.show_place(places, number)

    # -- inside --------------------------------------------------------------------------------

    def _make_link_bar(self) -> None:
        self.link_question = make_label(wrap=True)
        self.link_question.setMinimumWidth(1)
        self.address = ElidedLabel("dim")
        self.open_link = make_button(tr("Open"))
        self.keep_closed = make_button(tr("Do not open"))
        take_single_clicks(self.open_link)
        self.link_bar = QFrame()
        set_role(self.link_bar, "notice")
        row = make_row(self.link_question, self.open_link, self.keep_closed)
        row.setStretch(0, 1)
        column = make_column(row, self.address, gap=4)
        column.setContentsMargins(10, 6, 10, 6)
        self.link_bar.setLayout(column)
        self.link_bar.hide()

    def _recolour(self) -> None:
        """Links keep the colour in which they were laid out."""
        if self.browser.toPlainText():
            self.browser.show_markdown(self._text)

    def _render_anyway(self) -> None:
        self._offer.hide()
        self.browser.show()
        self.browser.show_markdown(self._text)
        self.browser.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask(self, link: QUrl) -> None:
        """What leads to a page of the web is opened once its host was shown. In ASCII: another
        alphabet has letters that look like those of a known name."""
        host = link.host(QUrl.ComponentFormattingOption.FullyEncoded)
        is_page = link.scheme() in {"http", "https"} and bool(host)
        self._link = link if is_page else QUrl()
        self.link_question.setText(link_text(shorten(host)) if is_page else no_link_text())
        address = link.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        self.address.show_text(shorten(address))
        self.open_link.setVisible(is_page)
        self.link_bar.show()
        self.keep_closed.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self) -> None:
        link = self._link
        self._close_link_bar()
        if link.isValid() and not QDesktopServices.openUrl(link):
            self.link_question.setText(tr("No program opened it."))
            self.open_link.hide()
            self.link_bar.show()

    def _close_link_bar(self) -> None:
        self._link = QUrl()
        if self.link_bar.isAncestorOf(self.focusWidget() or self):
            self.browser.setFocus(Qt.FocusReason.OtherFocusReason)
        self.link_bar.hide()


class MarkdownBrowser(QTextBrowser):
    """Shows Markdown without its images, and follows no link."""

    def __init__(self) -> None:
        super().__init__()
        self._laid_out: QTextDocument | None = None
        self.setAccessibleName(tr("Result as Markdown"))
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * 3)
        set_role(self, "reading")

    def show_markdown(self, text: str) -> None:
        """Lay this out. HTML in it stands there as text."""
        document = QTextDocument(self)
        document.setDefaultFont(self._face())
        document.setDocumentMargin(TEXT_MARGIN)
        document.setMarkdown(text, _DIALECT)
        _replace_images(document)
        self.setDocument(document)
        if self._laid_out is not None:
            self._laid_out.deleteLater()
        self._laid_out = document

    def _face(self) -> QFont:
        """Return the font in points: with one in pixels Qt leaves no room between paragraphs."""
        face = QFont(self.font())
        face.setPointSizeF(QFontInfo(self.font()).pointSizeF())
        return face

    def show_place(self, places: Sequence[Span], number: int) -> None:
        """Mark places in its text and go to one of them."""
        first = max(0, number - MOST_MARKS // 2)
        text = self.toPlainText()
        near = places[first : first + MOST_MARKS]
        marks = [(qt_length(text[:a]), qt_length(text[:b])) for a, b in near]
        mark_places(self, marks)
        if marks:
            cursor = self.textCursor()
            cursor.setPosition(marks[number - first][0])
            cursor.setPosition(marks[number - first][1], QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    # -- Qt ------------------------------------------------------------------------------------

    def loadResource(self, _kind: int, _address: QUrl | str) -> None:
        """Load nothing: no file, no page, no picture of ours."""


def _replace_images(document: QTextDocument) -> None:
    """Replace images by their descriptions. Qt reads a local file even where a document loads
    nothing (measured in 6.11), so no image may be left in it."""
    for position, length, found in reversed(list(_images(document))):
        cursor = QTextCursor(document)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        said = found.stringProperty(QTextFormat.Property.ImageAltText)
        cursor.insertText(tr("[image: {text}]", text=said) if said else tr("[image]"), _PLAIN)


def _images(document: QTextDocument) -> Iterator[tuple[int, int, QTextCharFormat]]:
    block = document.begin()
    while block.isValid():
        yield from _images_of(block)
        block = block.next()


def _images_of(block: QTextBlock) -> Iterator[tuple[int, int, QTextCharFormat]]:
    pieces = block.begin()
    while not pieces.atEnd():
        piece = pieces.fragment()
        if piece.charFormat().isImageFormat():
            yield piece.position(), piece.length(), piece.charFormat()
        pieces += 1
