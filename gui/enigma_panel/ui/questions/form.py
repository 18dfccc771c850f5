"""The form of one question: the ways to answer it, and what was chosen and typed in each."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QStyleOptionComboBox, QWidget

from enigma_panel.core.questions.kinds import QuestionKind, kinds_for
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.form_defs import FORMS
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Mistake
from enigma_panel.ui.questions.page_stack import PageStack
from enigma_panel.ui.text.questions import kind_label
from enigma_panel.ui.widgets.basics import ElidedLabel, make_column, make_label, make_row, set_role
from enigma_panel.ui.widgets.inputs import ChoiceBox

tr = Translations("Questions")


class AnswerForm(QWidget):
    """What a person has chosen and typed for one question.

    `buttons_changed` tells that another way to answer stands there now, `filled` that Enter was
    pressed in its last field, `edited` that a text or a choice has changed.
    """

    buttons_changed = Signal()
    filled = Signal()
    edited = Signal()

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self.question = asking.question
        self.notice = ""
        self.is_over = False
        self._asking = asking
        self._pages: dict[QuestionKind, AnswerPage] = {}  # made when they are needed
        self._stack = PageStack()
        offered = kinds_for(self.question.text)
        self.kinds = _KindBox((kind_label(kind), kind) for kind in FORMS if kind in offered)
        self._kept = ElidedLabel("dim")
        self._build()
        self.kinds.setCurrentIndex(self.kinds.findData(self.question.kind))
        self._show_kind()

    def _build(self) -> None:
        set_role(self.kinds, "plain")
        fixed, preferred = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred
        self.kinds.setSizePolicy(fixed, preferred)
        self.kinds.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leads on to the field
        heading = make_label(tr("Your answer"), "heading")
        heading.setBuddy(self.kinds)
        self.kinds.setAccessibleName(heading.text())
        row = make_row(heading, self._kept, self.kinds)
        row.setStretch(1, 1)
        self.setLayout(make_column(row, self._stack, None))
        self.kinds.currentIndexChanged.connect(self._show_kind)

    def _show_kind(self) -> None:
        """Show this way to answer. What was typed for another one stays, unsent."""
        kind = QuestionKind(self.kinds.currentData())
        if kind not in self._pages:
            self._add_page(kind)
        self._stack.show_page(self._pages[kind])
        self.buttons_changed.emit()
        if self.isVisible() and not self.kinds.hasFocus():
            self.focus_first()

    def _add_page(self, kind: QuestionKind) -> None:
        page = self._pages[kind] = FORMS[kind](self._asking)
        self._stack.add_page(page)
        page.filled.connect(self.filled)
        page.edited.connect(partial(self._kept.show_text, ""))
        page.edited.connect(self.edited)
        page.resized.connect(self.buttons_changed)

    def page(self) -> AnswerPage:
        shown = self._stack.shown_page()
        return next(page for page in self._pages.values() if page is shown)

    def find_mistake(self) -> bool:
        """Name what keeps the answer from being sent beside its field; False when it is fine."""
        mistake: Mistake | None = self.page().mistake()
        if mistake is None:
            return False
        mistake.problem.show_text(mistake.sentence)
        mistake.field.setFocus()
        return True

    def is_empty(self) -> bool:
        return all(page.is_empty() for page in self._pages.values())

    def keep(self) -> None:
        """Select the words that stand here: what is typed next takes their place and is not sent
        behind them."""
        self._kept.show_text("" if self.is_empty() else tr("Draft kept"))
        for page in self._pages.values():
            for field in page.fields:
                field.selectAll()

    def mask_again(self) -> None:
        for page in self._pages.values():
            page.mask_again()

    def forget(self) -> None:
        for page in self._pages.values():
            page.forget()

    def last_stop(self) -> QWidget:
        return self.page().last_stop()

    def focus_first(self) -> None:
        self.page().first_field().setFocus()


class _KindBox(ChoiceBox):
    """A choice whose text stands beside its arrow."""

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        option.textAlignment = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
