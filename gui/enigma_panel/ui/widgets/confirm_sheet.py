"""The sheet that asks before something is done: what that means, *Cancel*, and a named verb."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.action_button import show_words
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    show_text,
)
from enigma_panel.ui.widgets.dialog import Sheet
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("Widgets")

NAME_WIDTH = 200
"""The most width of a name: beside it there is room to say that a session may cost money."""


class ConfirmSheet(Sheet):
    """The sheet. Subclasses fill it with `say`; what they add to `column` stands below.

    Closing it is Cancel, and Enter presses the verb only where Tab has led to it. role: of the
    verb. others: the words of more buttons beside it.
    """

    def __init__(
        self,
        title: str,
        parent: QWidget | None,
        *,
        role: str = "danger",
        others: Sequence[str] = (),
        width: int = 560,
    ) -> None:
        super().__init__(title, parent, width=width)
        self.text = make_label(wrap=True)
        self.warning = make_label(wrap=True)
        self.notes = make_label(role="dim", wrap=True)
        self.cancel_button = make_button(tr("Cancel"))
        self.verb_button = make_button("", role)
        self.other_buttons = list(map(make_button, others))
        self._sign = GlyphLabel(Glyph.BANG, Severity.AMBER, 16)
        self._lines: list[tuple[ElidedLabel, ElidedLabel]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        warned = make_row(self._sign, self.warning)
        warned.setAlignment(self._sign, Qt.AlignmentFlag.AlignTop)
        warned.setStretch(1, 1)
        self.column = make_column(self.text, self._grid, warned, self.notes, gap=12)
        scroll = ScrollArea()
        scroll.column.addLayout(self.column)
        scroll.column.addStretch(1)
        self.body.addWidget(scroll, 1)
        self.add_buttons(self.cancel_button, self.verb_button, *self.other_buttons)
        self.cancel_button.clicked.connect(self.cancel)
        self.verb_button.clicked.connect(self.confirm)

    def confirm(self) -> None:
        raise NotImplementedError

    def cancel(self) -> None:
        self.reject()

    def say(
        self,
        text: str,
        verb: str,
        lines: Sequence[tuple[str, str]] = (),
        *,
        can: bool = True,
        warning: str = "",
        notes: str = "",
    ) -> None:
        """Show this now. lines: names, and what is said of each. can: the verb is possible."""
        self.text.setText(text)
        self._show_lines(lines)
        show_text(self.warning, warning)
        self._sign.setVisible(bool(warning))
        show_text(self.notes, notes)
        show_words(self.verb_button, verb)
        self.verb_button.setEnabled(can)
        if self.isVisible():
            self.fit(only_grow=True)

    def _show_lines(self, lines: Sequence[tuple[str, str]]) -> None:
        """Show the lines; one that stays keeps its labels, and with them the tool tip in sight."""
        while len(self._lines) < len(lines):
            self._add_line()
        for place, labels in enumerate(self._lines):
            is_shown = place < len(lines)
            for label, text in zip(labels, lines[place] if is_shown else ("", ""), strict=True):
                label.show_text(text)
                label.setVisible(is_shown)

    def _add_line(self) -> None:
        name, text = ElidedLabel("figure", mode=Qt.TextElideMode.ElideMiddle), ElidedLabel()
        name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        name.setMaximumWidth(theme.scaled(NAME_WIDTH))
        for column, label in enumerate((name, text)):
            self._grid.addWidget(label, len(self._lines), column)
        self._lines.append((name, text))
