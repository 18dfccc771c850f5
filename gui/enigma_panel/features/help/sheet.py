"""The sheet *Help*: the list of its pages, and the one that is being read."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

import enigma_panel
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.result.reading import LinkQuestion, Reading
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.action_button import action_button
from enigma_panel.ui.widgets.basics import make_column, make_row, set_role
from enigma_panel.ui.widgets.dialog import PADDING, ROW_INSET, Sheet

tr = Translations("Help")

WIDTH, LIST_WIDTH, HEIGHT, ROW_HEIGHT = 800, 161, 560, 28

PACKAGE = Path(enigma_panel.__file__).parent
FOLDERS = (PACKAGE / "docs", PACKAGE.parents[1] / "docs")
"""Where the pages are: in a package or bundle, in a clone."""


def page_titles() -> dict[str, str]:
    """Return the titles by the name of the page, in the order of the list."""
    return {
        "start": tr("Start"),
        "questions": tr("Questions"),
        "money": tr("Money"),
        "trouble": tr("If something breaks"),
        "data": tr("Your data"),
        "dialects": tr("Dialects"),
    }


def read_page(name: str) -> str:
    """Return its Markdown; OSError where it is missing."""
    folder = next((one for one in FOLDERS if one.is_dir()), FOLDERS[0])
    return (folder / f"{name}.md").read_text(encoding="utf-8")


class HelpSheet(Sheet):
    """The sheet. A link to another page leads there; one to the web asks first.

    actions: what someone who asks for help is told to do, below the list of pages.
    """

    def __init__(self, parent: QWidget | None, actions: Iterable[QAction]) -> None:
        super().__init__(tr("Help"), parent, width=WIDTH)
        self._titles = page_titles()
        self.pages = QTreeWidget()
        self.pages.setAccessibleName(tr("Pages"))
        set_role(self.pages, "commands")
        self.pages.setHeaderHidden(True)
        self.pages.setIndentation(0)
        self.pages.setFixedWidth(theme.scaled(LIST_WIDTH))
        for title in self._titles.values():
            row = QTreeWidgetItem(self.pages, [title])
            row.setSizeHint(0, QSize(0, theme.line_height(ROW_HEIGHT)))
        self.text = _Page()
        self.link_question = LinkQuestion()
        self.pages.currentItemChanged.connect(self._show_page)
        self.text.link_asked.connect(self._follow_link)
        self.link_question.left.connect(self.text.setFocus)
        left = make_column(self.pages)
        for action in filter(QAction.isVisible, actions):
            left.addLayout(make_row(action_button(action, "link"), None))
        parts = make_row(gap=PADDING)
        parts.addLayout(left)
        parts.addLayout(make_column(self.text, self.link_question), 1)
        self.body.setContentsMargins(PADDING - ROW_INSET, 0, PADDING, PADDING)
        self.body.addLayout(parts, 1)

    def ask(self, name: str = "") -> None:
        """Show that page; without a name, the one that was read last."""
        is_there = self.pages.currentItem() is not None
        self._turn_to(name or ("" if is_there else next(iter(self._titles))))
        self.present(self.text if name else self.pages)

    def _turn_to(self, name: str) -> None:
        if name in self._titles:
            row = list(self._titles).index(name)
            self.pages.setCurrentIndex(self.pages.model().index(row, 0))

    def _show_page(self) -> None:
        name = list(self._titles)[self.pages.currentIndex().row()]
        self.link_question.clear()
        try:
            text = read_page(name)
        except OSError as error:
            text = tr("This page could not be read ({reason}).", reason=error.strerror)
        self.text.setAccessibleName(self._titles[name])
        self.text.show_text(text, is_markdown=True)

    def _follow_link(self, link: QUrl) -> None:
        if link.isRelative():
            self._turn_to(link.path().removesuffix(".md"))
        else:
            self.link_question.ask(link)


class _Page(Reading):
    """A page, as high as the window lets it be."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.scaled(HEIGHT))
