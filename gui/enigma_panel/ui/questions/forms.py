"""The ways to answer: credentials, a secret, yes or no, free text.

Each knows what the agent reads, and what of that must not come back.

Every open question has an AnswerForm of its own, so what was typed for one never reaches another.
"""

from collections.abc import Container

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QButtonGroup,
    QPushButton,
    QRadioButton,
    QWidget,
)

from enigma_panel.core.questions import QuestionKind, credentials_text, may_ask_for_login
from enigma_panel.core.secret_answers import can_be_misread, login_secrets, secrets_in
from enigma_panel.services.types import OpenQuestion
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.text import (
    NO,
    YES,
    choice_of,
    dotted,
    dotted_credentials,
    enter_adds_text,
    enter_text,
    misread_text,
    preview_text,
    with_choice,
)
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    FieldGrid,
    ProblemLabel,
    make_button,
    make_column,
    make_label,
    make_row,
)
from enigma_panel.ui.widgets.inputs import LineEdit, TextEdit
from enigma_panel.ui.widgets.password_edit import PasswordEdit

tr = Translations("Questions")

Identity = tuple[int, int]


def identity(question: OpenQuestion) -> Identity:
    """What tells a question from all others: its task and its number within it."""
    return question.task_key, question.question_n


class Mistake(Struct, frozen=True):
    """What is wrong with an answer, in words, and where."""

    sentence: str
    problem: ProblemLabel
    field: QWidget


class CredentialsPage(QWidget):
    """Username and password, sent in the service's documented wording.

    filled: Enter in the last field, which sends.
    """

    filled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.username = LineEdit()
        self._offered = ""
        self.password = PasswordEdit(enter_moves_on=False)
        self._keys = make_label(enter_text(), "dim")
        self._preview = ElidedLabel("dim")
        self._build()
        self._show_preview()

    def _build(self) -> None:
        self.username.setInputMethodHints(
            Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        grid = FieldGrid()
        self._no_username = grid.add_field(tr("Username"), self.username)
        self._no_password = grid.add_field(
            tr("Password"), self.password, self.password.show_button(), note=self._keys
        )
        column = make_column(grid, self._preview, None)
        self.setLayout(column)
        self.username.textChanged.connect(self._on_changed)
        self.password.textChanged.connect(self._on_changed)
        self.password.returnPressed.connect(self.filled)

    def answer(self) -> str:
        """What the agent reads."""
        return credentials_text(self.username.text(), self.password.text())

    def secrets(self) -> list[str]:
        """Its parts that must not come back."""
        return login_secrets(self.username.text(), self.password.text())

    def mistake(self) -> Mistake | None:
        """The first empty field."""
        if not self.username.text().strip():
            return Mistake(tr("Enter the username."), self._no_username, self.username)
        if not self.password.text():
            sentence = tr("Enter the password. To answer something else, choose Free text.")
            return Mistake(sentence, self._no_password, self.password)
        return None

    def is_empty(self) -> bool:
        """Whether both fields are as they were offered."""
        return self.has_offered_username() and not self.password.text()

    def has_offered_username(self) -> bool:
        """Whether nobody typed a user name."""
        return self.username.text() in {"", self._offered}

    def offer_username(self, username: str) -> None:
        """The one that was sent before; the password alone is typed anew."""
        self._offered = username
        self.username.setText(username)

    def forget(self) -> None:
        """Empty both fields and their histories."""
        self._offered = ""
        self.username.setText("")
        self.password.forget()

    def first_field(self) -> QWidget:
        """The field still to fill."""
        return self.password if self.username.text() else self.username

    def _on_changed(self) -> None:
        for field, problem in (
            (self.username, self._no_username),
            (self.password, self._no_password),
        ):
            problem.show_doubt(misread_text() if can_be_misread(field.text()) else "")
        # A doubt has this one's room: the window keeps its size, and typing disarms nothing.
        texts = (self.username.text(), self.password.text())
        self._keys.setVisible(not any(map(can_be_misread, texts)))
        self._show_preview()

    def _show_preview(self) -> None:
        dotted = dotted_credentials(self.username.text(), len(self.password.text()))
        is_empty = not self.username.text() and not self.password.text()
        self._preview.show_text(preview_text(dotted, is_empty=is_empty))


class SecretPage(QWidget):
    """One masked field for all that is secret but no login: a passphrase, a PIN, a code.

    filled: as of CredentialsPage.
    """

    filled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.field = PasswordEdit(enter_moves_on=False)
        self._preview = ElidedLabel("dim")
        self._build()
        self._on_changed()

    def _build(self) -> None:
        grid = FieldGrid()
        self._problem = grid.add_field(
            tr("Answer"), self.field, self.field.show_button(), note=enter_text()
        )
        self.setLayout(make_column(grid, self._preview, None))
        self.field.textChanged.connect(self._on_changed)
        self.field.returnPressed.connect(self.filled)

    def answer(self) -> str:
        """What the agent reads, outer spaces included."""
        return self.field.text()

    def secrets(self) -> list[str]:
        """All of it, whatever the question is taken for."""
        return secrets_in(self.answer(), QuestionKind.SECRET)

    def mistake(self) -> Mistake | None:
        """An empty answer."""
        if self.answer().strip():
            return None
        return Mistake(tr("Write an answer first."), self._problem, self.field)

    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.field.text()

    def forget(self) -> None:
        """Empty the field and its history."""
        self.field.forget()

    def first_field(self) -> QWidget:
        """The field."""
        return self.field

    def _on_changed(self) -> None:
        self._problem.clear()
        self._preview.show_text(
            preview_text(dotted(len(self.field.text())), is_empty=self.is_empty())
        )


class TextPage(QWidget):
    """Free text: the agent reads exactly what stands in the field."""

    def __init__(self) -> None:
        super().__init__()
        self.text = TextEdit(4)
        self._problem = ProblemLabel(self.text)
        self._build()

    def _build(self) -> None:
        label = make_label(tr("Answer"))
        label.setBuddy(self.text)
        self.text.setAccessibleName(tr("Answer"))
        note = make_label(tr("The agent reads: exactly this text."), "dim")
        keys = make_label(enter_adds_text(), "dim")
        column = make_column(label, self.text, self._problem, make_row(note, None, keys), gap=6)
        column.setStretchFactor(self.text, 1)
        self.setLayout(column)
        self.text.textChanged.connect(self._problem.clear)

    def answer(self) -> str:
        """What the agent reads."""
        return self.text.text().strip()

    def secrets(self) -> list[str]:
        """None but those that its words and its question show."""
        return []

    def mistake(self) -> Mistake | None:
        """An empty answer."""
        if self.answer():
            return None
        return Mistake(tr("Write an answer first."), self._problem, self.text)

    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.text.text()

    def forget(self) -> None:
        """Empty the field; setPlainText empties its history, too."""
        self.text.setPlainText("")

    def first_field(self) -> QWidget:
        """The text."""
        return self.text


class YesNoPage(QWidget):
    """Yes or No, nothing preselected; the words that are sent can be edited."""

    def __init__(self) -> None:
        super().__init__()
        self.yes = QRadioButton(tr("Yes"))
        self.no = QRadioButton(tr("No"))
        self.text = TextEdit(2)
        self._problem = ProblemLabel(self.text)
        self._group = QButtonGroup(self)
        self._build()

    def _build(self) -> None:
        self._group.addButton(self.yes)
        self._group.addButton(self.no)
        label = make_label(tr("The agent reads:"), "dim")
        label.setBuddy(self.text)
        self.text.setAccessibleName(tr("The agent reads:"))
        self.text.setPlaceholderText(tr("Nothing is chosen yet."))
        choices = make_row(self.yes, self.no, None, gap=24)
        keys = make_label(enter_adds_text(), "dim")
        self.setLayout(make_column(choices, label, self.text, self._problem, keys, None, gap=6))
        self.yes.clicked.connect(self._choose_yes)
        self.no.clicked.connect(self._choose_no)
        self.text.textChanged.connect(self._on_text)

    def answer(self) -> str:
        """What the agent reads."""
        return self.text.text().strip()

    def secrets(self) -> list[str]:
        """None but those that its words and its question show."""
        return []

    def mistake(self) -> Mistake | None:
        """Nothing chosen and nothing written."""
        if self.answer():
            return None
        return Mistake(tr("Choose Yes or No first."), self._problem, self.yes)

    def is_empty(self) -> bool:
        """Whether nothing was chosen or written."""
        return not self.text.text()

    def forget(self) -> None:
        """Take the choice back and empty the field."""
        self.text.setPlainText("")

    def first_field(self) -> QWidget:
        """The choice; nothing is chosen by focusing it."""
        return self.yes

    def _choose_yes(self) -> None:
        self._choose(YES)

    def _choose_no(self) -> None:
        self._choose(NO)

    def _choose(self, word: str) -> None:
        self.text.setPlainText(with_choice(self.text.text(), word))

    def _on_text(self) -> None:
        """The choice follows what the text says, so the two never contradict each other."""
        self._problem.clear()
        word = choice_of(self.text.text())
        self._group.setExclusive(False)
        self.yes.setChecked(word == YES)
        self.no.setChecked(word == NO)
        self._group.setExclusive(True)


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
        """Take a page out."""
        self._column.removeWidget(page)
        page.hide()
        if self._shown is page:
            self._shown = None

    def shown_page(self) -> QWidget | None:
        """The one in view."""
        return self._shown


AnswerPage = CredentialsPage | SecretPage | YesNoPage | TextPage


class AnswerForm(QWidget):
    """What a person has chosen and typed for one question.

    `buttons_changed` tells that another way to answer stands there now, `filled` that Enter was
    pressed in its last field, `edited` that a text has changed, `cleared` that Clear was pressed.
    """

    buttons_changed = Signal()
    filled = Signal()
    edited = Signal()
    cleared = Signal()

    def __init__(self, question: OpenQuestion) -> None:
        super().__init__()
        self.question = question
        self.notice = ""
        self.is_over = False
        self.credentials = CredentialsPage()
        self.secret = SecretPage()
        for page in (self.credentials, self.secret):
            page.filled.connect(self.filled)
        self.yes_no = YesNoPage()
        self.free_text = TextPage()
        self.chips: dict[QuestionKind, QPushButton] = {}
        self._pages: dict[QuestionKind, AnswerPage] = {
            QuestionKind.CREDENTIALS: self.credentials,
            QuestionKind.SECRET: self.secret,
            QuestionKind.YES_NO: self.yes_no,
            QuestionKind.FREE_TEXT: self.free_text,
        }
        self._fields: tuple[LineEdit | TextEdit, ...] = (
            self.credentials.username,
            self.credentials.password,
            self.secret.field,
            self.yes_no.text,
            self.free_text.text,
        )
        self._taken_out: list[LineEdit | TextEdit] = []
        self._stack = PageStack()
        self._group = QButtonGroup(self)
        self._kept_label = make_label(tr("Draft kept"), "dim")
        self.clear_button = make_button(tr("Clear"), "link")
        self._build()
        self.choose(question.kind)

    def _build(self) -> None:
        for kind, page in self._pages.items():
            self._stack.add_page(page)
            chip = make_button(_chip_text(kind), "chip")
            chip.setCheckable(True)
            self._group.addButton(chip)
            chip.clicked.connect(self._on_chip)
            self.chips[kind] = chip
        self.chips[QuestionKind.CREDENTIALS].setVisible(may_ask_for_login(self.question.text))
        label = make_label(tr("Answer with:"), "dim")
        kept = (self._kept_label, self.clear_button)
        row = make_row(label, *self.chips.values(), None, *kept)
        self.setLayout(make_column(row, self._stack))
        self._show_kept(is_kept=False)
        self.clear_button.clicked.connect(self._clear)
        for field in self._fields:
            field.textChanged.connect(self._on_edited)
            field.installEventFilter(self)

    def choose(self, kind: QuestionKind) -> None:
        """Show this way to answer. What was typed for another one stays, unsent."""
        self.chips[kind].setChecked(True)
        for each, chip in self.chips.items():  # Tab comes to the one that is chosen
            policy = Qt.FocusPolicy
            chip.setFocusPolicy(policy.StrongFocus if each is kind else policy.ClickFocus)
        self._stack.show_page(self._pages[kind])

    def page(self) -> AnswerPage:
        """The way to answer that is chosen."""
        shown = self._stack.shown_page()
        return next(page for page in self._pages.values() if page is shown)

    def answer(self) -> str:
        """What the agent reads."""
        return self.page().answer()

    def secrets(self) -> list[str]:
        """The parts of it that must not come back, as far as the way to answer shows them."""
        return self.page().secrets()

    def mask_again(self) -> None:
        """No secret is on the screen from now on, unless it is shown anew."""
        for field in (self.credentials.password, self.secret.field):
            field.mask_again()

    def find_mistake(self) -> bool:
        """Name what keeps the answer from being sent beside its field; False when it is fine."""
        mistake: Mistake | None = self.page().mistake()
        if mistake is None:
            return False
        mistake.problem.show_text(mistake.sentence)
        mistake.field.setFocus()
        return True

    def is_empty(self) -> bool:
        """Whether nothing was typed or chosen anywhere in it."""
        return all(page.is_empty() for page in self._pages.values())

    def keep(self) -> None:
        """It comes back: what is typed now takes the place of the words that stand here, and is not
        sent behind them."""
        self._show_kept(is_kept=not self.is_empty())
        for field in self._fields:
            field.selectAll()

    def can_bring_back(self) -> bool:
        """Whether Clear threw something away that `bring_back` has again; a secret is gone."""
        return bool(self._taken_out)

    def bring_back(self) -> None:
        """Take back what Clear did. Until then the words are in the fields' histories alone."""
        fields, self._taken_out = self._taken_out, []
        for field in fields:
            field.undo()
        self.keep()

    def forget(self) -> None:
        """Let go of all that was typed."""
        for page in self._pages.values():
            page.forget()

    def last_stop(self) -> QWidget:
        """What Tab comes to last in here, whichever way to answer is chosen."""
        return self.free_text.text

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        self.page().first_field().setFocus()

    def _clear(self) -> None:
        offered = self.credentials.username if self.credentials.has_offered_username() else None
        typed = [field for field in self._fields if field.text() and field is not offered]
        self._taken_out = [field for field in typed if not isinstance(field, PasswordEdit)]
        for field in typed:
            if isinstance(field, PasswordEdit):
                field.forget()
            elif isinstance(field, TextEdit):
                field.fill("")
            else:
                field.clear()
        self.focus_first()
        self.cleared.emit()

    def _on_edited(self) -> None:
        self._show_kept(is_kept=False)
        self.edited.emit()

    def _show_kept(self, *, is_kept: bool) -> None:
        self._kept_label.setVisible(is_kept)
        self.clear_button.setVisible(is_kept)

    def _on_chip(self) -> None:
        chosen = self._group.checkedButton()
        kind = next(kind for kind, chip in self.chips.items() if chip is chosen)
        self.choose(kind)
        self.focus_first()
        self.buttons_changed.emit()

    # -- Qt ----------------------------------------------------------------------------------

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Ctrl+Z is the window's first, for `bring_back`: alone, a field has but its own words."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        return event.matches(QKeySequence.StandardKey.Undo)


class FormStack(PageStack):
    """The forms of all questions that were looked at, one of them in view.

    Its signals are those of the forms.
    """

    buttons_changed = Signal()
    filled = Signal()
    edited = Signal()
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._forms: dict[Identity, AnswerForm] = {}

    def form_for(self, question: OpenQuestion, username: str) -> AnswerForm:
        """The form with what was typed for this question so far; a new one has the user name that
        its task was given before."""
        form = self._forms.get(identity(question))
        if form is None:
            form = self._forms[identity(question)] = AnswerForm(question)
            form.buttons_changed.connect(self.buttons_changed)
            form.filled.connect(self.filled)
            form.edited.connect(self.edited)
            form.cleared.connect(self.cleared)
            form.credentials.offer_username(username)
            self.add_page(form)
        form.question = question
        return form

    def forms_except(self, wanted: Container[Identity]) -> list[AnswerForm]:
        """The forms of all other questions."""
        return [form for key, form in self._forms.items() if key not in wanted]

    def drop(self, form: AnswerForm) -> None:
        """Forget a form and all that was typed in it."""
        form.forget()
        self._forms.pop(identity(form.question), None)
        self.remove_page(form)
        form.deleteLater()


def _chip_text(kind: QuestionKind) -> str:
    return {
        QuestionKind.CREDENTIALS: tr("Credentials"),
        QuestionKind.SECRET: tr("Secret"),
        QuestionKind.YES_NO: tr("Yes / No"),
        QuestionKind.FREE_TEXT: tr("Free text"),
    }[kind]
