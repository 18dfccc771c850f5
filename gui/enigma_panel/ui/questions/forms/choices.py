"""Radio buttons that answer, each with a text or a field of its own: what all such pages share."""

import textwrap
from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QVBoxLayout, QWidget

from enigma_panel.ui.i18n import Translations, plain_tip, shorten
from enigma_panel.ui.questions.forms.page import AnswerPage, Mistake
from enigma_panel.ui.questions.forms.radio_keys import RadioKeys
from enigma_panel.ui.widgets.basics import ElidedLabel, ProblemLabel, make_column, make_row
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Questions")

SHOWN_CHARS, LINE_CHARS = 120, 40
NOTE_AT = 36
"""Where the words of a button begin."""


class Choice(Struct, frozen=True):
    """One button. make_answer: what the agent reads, "" while its field is not filled.

    problem: what is wrong with the field or, without one, with the button.
    """

    button: QRadioButton
    make_answer: Callable[[], str]
    field: LineEdit | None
    problem: ProblemLabel


class ChoicesPage(AnswerPage):
    """A page of choices, none chosen at first. Typing in the field of a choice chooses it.

    Where a choice has a field, Enter in it or on its button sends.
    """

    def __init__(self) -> None:
        super().__init__()
        self.choices: list[Choice] = []
        self._group = QButtonGroup(self)
        self._radio_keys = RadioKeys(self)
        self._radio_keys.entered.connect(self.filled)
        self._rows: QVBoxLayout = make_column(gap=8)
        self._problems: QVBoxLayout = make_column()  # below all: no sentence parts two choices
        self.column.addLayout(self._rows)
        self.column.addLayout(self._problems)

    def add_choice(self, label: str, answer: str, note: str = "") -> QRadioButton:
        """A button that answers with this text. note: what follows from it, in a second line."""
        button = self._add(label, lambda: answer)
        if note:
            below = ElidedLabel("dim")
            below.show_text(note)
            below.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            button.setText(button.text() + "\n")
            button.setToolTip(note)
            button.setLayout(_at_foot(below))
        return button

    def add_field_choice(
        self, label: str, name: str, make_answer: Callable[[str], str]
    ) -> tuple[QRadioButton, LineEdit]:
        """A button that answers with what is typed below its words; name: of the field."""
        field = LineEdit(enter_moves_on=False)
        field.setAccessibleName(name)
        button = self._add(label, lambda: make_answer(field.text().strip()), field)
        button.clicked.connect(field.setFocus)
        # Not textEdited: what assistive technology writes counts, too.
        field.textChanged.connect(lambda text: button.setChecked(bool(text) or button.isChecked()))
        field.textChanged.connect(self._on_changed)
        self.watch(field)
        return button, field

    def add_row(self, *items: QWidget | None) -> None:
        """Add a row below the buttons, indented as they are."""
        self._rows.addLayout(make_row(*items))

    def _add(
        self, label: str, make_answer: Callable[[], str], field: LineEdit | None = None
    ) -> QRadioButton:
        text = shorten(label, SHOWN_CHARS)
        lines = textwrap.wrap(text, LINE_CHARS) or [text]
        button = QRadioButton("\n".join(lines).replace("&", "&&"))  # it is no mnemonic
        button.setProperty("option", "true")
        button.setAccessibleName(label)
        button.setToolTip(plain_tip(label) if text != label else "")
        self._group.addButton(button)
        problem = ProblemLabel(field or button)
        self.choices.append(Choice(button, make_answer, field, problem))
        button.toggled.connect(self._on_changed)
        button.toggled.connect(self.edited)
        card = QGridLayout()
        card.addWidget(button, 0, 0)
        if field:  # on the card but not in the button, which would get its keys, too
            button.setText(button.text() + "\n\n")
            card.addLayout(_at_foot(field), 0, 0)
        self._rows.addLayout(card)
        self._problems.addWidget(problem)
        self._radio_keys.watch(button, field)
        return button

    def chosen(self) -> Choice | None:
        button = self._group.checkedButton()
        return next((choice for choice in self.choices if choice.button is button), None)

    def answer(self) -> str:
        chosen = self.chosen()
        return chosen.make_answer() if chosen is not None else ""

    def enter_sends(self) -> bool:
        chosen = self.chosen()
        return chosen is not None and chosen.field is not None

    def mistake(self) -> Mistake | None:
        chosen = self.chosen()
        if chosen is None:
            first = self.choices[0]
            return Mistake(tr("Choose an answer first."), first.problem, first.button)
        if not chosen.make_answer() and chosen.field is not None:
            return Mistake(self.field_mistake(), chosen.problem, chosen.field)
        return None

    def field_mistake(self) -> str:
        """What is wrong with a field of which no answer can be made."""
        return tr("Enter an answer first.")

    def is_empty(self) -> bool:
        return self.chosen() is None and super().is_empty()

    def first_field(self) -> QWidget:
        """The first choice; nothing is chosen by focusing it."""
        return self.choices[0].button

    def last_stop(self) -> QWidget:
        last = self.choices[-1]
        return last.button if last.field is None else last.field

    def forget(self) -> None:
        super().forget()
        self._group.setExclusive(False)
        for choice in self.choices:
            choice.button.setChecked(False)
        self._group.setExclusive(True)

    def _on_changed(self) -> None:
        for choice in self.choices:
            choice.problem.clear()


def _at_foot(widget: QWidget) -> QVBoxLayout:
    """Lay it out below the words of a button."""
    column = make_column(None, widget)
    column.setContentsMargins(NOTE_AT, 0, 8, 6)
    return column
