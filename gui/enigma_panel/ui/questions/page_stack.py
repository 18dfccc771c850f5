"""A stack of pages, of which one is in view."""

from PySide6.QtWidgets import QWidget

from enigma_panel.ui.widgets.basics import make_column


class PageStack(QWidget):
    """Shows one of its pages and is as high as that; Qt's own is as high as the highest one."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: QWidget | None = None
        self._column = make_column()
        self.setLayout(self._column)

    def add_page(self, page: QWidget) -> None:
        """Add a page that is not in view yet."""
        page.hide()
        self._column.addWidget(page)

    def show_page(self, page: QWidget) -> None:
        """Bring a page into view, in the place of the one before."""
        before, self._shown = self._shown, page
        page.show()
        if before is not None and before is not page:
            before.hide()

    def remove_page(self, page: QWidget) -> None:
        self._column.removeWidget(page)
        page.hide()
        if self._shown is page:
            self._shown = None

    def shown_page(self) -> QWidget | None:
        return self._shown
