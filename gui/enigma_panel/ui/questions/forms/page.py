"""What all ways to answer have in common."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from enigma_panel.core.secrets.hidden import Hidden, HidingStruct
from enigma_panel.services.types import OpenQuestion
from enigma_panel.ui.questions.forms.login_helper import LoginHelper
from enigma_panel.ui.widgets.basics import ProblemLabel, make_column, make_label
from enigma_panel.ui.widgets.inputs import LineEdit, TextEdit
from enigma_panel.ui.widgets.password_edit import PasswordEdit

Field = LineEdit | TextEdit


class Mistake(Struct, frozen=True):
    """What is wrong with an answer, in words, and where."""

    sentence: str
    problem: ProblemLabel
    field: QWidget


class Asking(HidingStruct, frozen=True):
    """What a page is made for.

    approved_today: gives the amounts that were allowed. live_page: link to the session's, None
    where nobody knows it; open_live_page: opens it, and says so where that fails.
    make_login_helper: makes what fills in a login, None where there is none. username: the one in
    the last login that this task was sent; note_username: keeps the one that is sent now.
    """

    question: OpenQuestion
    approved_today: Callable[[], Sequence[str]]
    live_page: Hidden[str | None]
    open_live_page: Callable[[], None]
    make_login_helper: Callable[[], LoginHelper | None]
    username: Hidden[str]
    note_username: Callable[[str], None]


class AnswerPage(QWidget):
    """One way to answer.

    filled: Enter in the last field, which sends. edited: a text or a choice has changed. resized:
    it has more rows now, or fewer. has_options: the page lists the question's options, so its text
    is shown without them.
    """

    has_options = False
    filled = Signal()
    edited = Signal()
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.column = make_column()
        self.setLayout(self.column)
        self.fields: list[Field] = []  # in the order of Tab

    def add_field(self, name: str, field: Field, *, labelled: bool = False) -> ProblemLabel:
        """Add a field; returns the place of its problem. labelled: its name stands above it, not in
        it."""
        problem = ProblemLabel(field)
        place = make_column(field, problem, gap=4)
        field.setAccessibleName(name)
        if labelled:
            label = make_label(name)
            label.setBuddy(field)
            place.insertWidget(0, label)
        else:
            field.setPlaceholderText(name)
        self.column.addLayout(place)
        field.textChanged.connect(problem.clear)
        self.watch(field)
        return problem

    def watch(self, field: Field) -> None:
        """Report changes of a field; Enter in the last line field sends."""
        self.fields.append(field)
        field.textChanged.connect(self.edited)
        if isinstance(field, LineEdit) and not field.enter_moves_on:
            field.returnPressed.connect(self.filled)

    def answer(self) -> str:
        """What the agent reads."""
        raise NotImplementedError

    def preview(self) -> str:
        """What the agent reads, with dots in place of what is masked; "" while there is none."""
        return self.answer()

    def enter_sends(self) -> bool:
        """Whether Enter alone sends; otherwise Ctrl+Enter."""
        return True

    def doubt(self) -> str:
        """What may not be meant, though it is no mistake."""
        return ""

    def secrets(self) -> list[str] | None:
        """The parts of the answer to redact later; None: the inbox finds them."""
        return None

    def used(self) -> str:
        """What of the answer is no secret and stays in the ledger."""
        return ""

    def note_sent(self) -> None:
        """The answer is being sent."""

    def mistake(self) -> Mistake | None:
        """What keeps the answer from being sent; None when it can be."""
        raise NotImplementedError

    def first_field(self) -> QWidget:
        """Where typing begins."""
        return self.fields[0]

    def last_stop(self) -> QWidget:
        """The last widget that Tab reaches here."""
        return self.fields[-1]

    def is_empty(self) -> bool:
        """Whether nothing was typed or chosen."""
        return not any(field.text() for field in self.fields)

    def forget(self) -> None:
        """Let go of all that was typed; the histories of the fields, too."""
        for field in self.fields:
            if isinstance(field, PasswordEdit):
                field.forget()
            elif isinstance(field, TextEdit):
                field.setPlainText("")
            else:
                field.setText("")

    def mask_again(self) -> None:
        """Hide every secret until the person shows it again."""
        for field in self.fields:
            if isinstance(field, PasswordEdit):
                field.mask_again()
