"""The form of one question: the ways to answer it, and what was chosen and typed in each."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from enigma_panel.core.questions.kinds import QuestionKind, kinds_for
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.form_defs import FORMS
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Mistake
from enigma_panel.ui.text.questions import kind_label
from enigma_panel.ui.widgets.basics import make_button, make_column, make_label, make_row
from enigma_panel.ui.widgets.page_stack import PageStack

tr = Translations("Questions")


class AnswerForm(QWidget):
    """What a person has chosen and typed for one question.

    `buttons_changed` tells that another way to answer stands there now, `filled` that Enter was
    pressed in its last field, `edited` that a text has changed, `cleared` that Clear was pressed.
    """

    buttons_changed = Signal()
    filled = Signal()
    edited = Signal()
    cleared = Signal()

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self.question = asking.question
        self.notice = ""
        self.is_over = False
        self.chips: dict[QuestionKind, QPushButton] = {}
        self._asking = asking
        self._pages: dict[QuestionKind, AnswerPage] = {}  # made when they are needed
        self._cleared: list[AnswerPage] = []
        self._stack = PageStack()
        self._group = QButtonGroup(self)
        self._kept_label = make_label(tr("Draft kept"), "dim")
        self.clear_button = make_button(tr("Clear"), "link")
        self._build()
        self.choose(self.question.kind)

    def _build(self) -> None:
        offered = kinds_for(self.question.text)
        for kind in FORMS:
            if kind not in offered:
                continue
            chip = make_button(kind_label(kind), "chip")
            chip.setCheckable(True)
            self._group.addButton(chip)
            chip.clicked.connect(self._on_chip)
            self.chips[kind] = chip
        label = make_label(tr("Answer with:"), "dim")
        kept = (self._kept_label, self.clear_button)
        row = make_row(label, *self.chips.values(), None, *kept)
        self.setLayout(make_column(row, self._stack))
        self._show_kept(is_kept=False)
        self.clear_button.clicked.connect(self._clear)

    def choose(self, kind: QuestionKind) -> None:
        """Show this way to answer. What was typed for another one stays, unsent."""
        self.chips[kind].setChecked(True)
        for each, chip in self.chips.items():  # Tab comes to the one that is chosen
            policy = Qt.FocusPolicy
            chip.setFocusPolicy(policy.StrongFocus if each is kind else policy.ClickFocus)
        if kind not in self._pages:
            self._add_page(kind)
        self._stack.show_page(self._pages[kind])

    def _add_page(self, kind: QuestionKind) -> None:
        page = self._pages[kind] = FORMS[kind](self._asking)
        self._stack.add_page(page)
        page.filled.connect(self.filled)
        page.edited.connect(self._on_edited)
        page.resized.connect(self.buttons_changed)
        for field in page.fields():
            field.installEventFilter(self)

    def page(self) -> AnswerPage:
        """The way to answer that is chosen."""
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
        """Whether nothing was typed or chosen anywhere in it."""
        return all(page.is_empty() for page in self._pages.values())

    def keep(self) -> None:
        """Select the words that stand here: what is typed next takes their place and is not sent
        behind them."""
        self._show_kept(is_kept=not self.is_empty())
        for page in self._pages.values():
            for field in page.fields():
                field.selectAll()

    def can_bring_back(self) -> bool:
        """Whether Clear threw something away that `bring_back` has again; a secret is gone."""
        return bool(self._cleared)

    def bring_back(self) -> None:
        """Take back what Clear did."""
        pages, self._cleared = self._cleared, []
        for page in pages:
            page.bring_back()
        self.keep()

    def mask_again(self) -> None:
        """Hide every secret until the person shows it again."""
        for page in self._pages.values():
            page.mask_again()

    def forget(self) -> None:
        """Let go of all that was typed."""
        for page in self._pages.values():
            page.forget()

    def last_stop(self) -> QWidget:
        """What Tab comes to last in here."""
        return self.page().last_stop()

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        self.page().first_field().setFocus()

    def _clear(self) -> None:
        self._cleared = [page for page in self._pages.values() if page.clear()]
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
