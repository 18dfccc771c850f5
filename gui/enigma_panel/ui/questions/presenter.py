"""Decides when and where a question comes up by itself: when it is learnt, and in its last minute.

Never while somebody types and, but for its last minute, never while the cursor stands in words of
a dialog that were not sent.
"""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QTextEdit,
    QWidget,
)

from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.questions.urgency import Urgency
from enigma_panel.services.types import OpenQuestion, QuestionId
from enigma_panel.ui.questions.dialog import QuestionDialog

TYPING_MS = 2_000
"""A key within this time means that somebody is typing."""
AGAIN_MS = 1_000
"""Delay before it is looked again whether a question may come up, in ms."""

_TYPED = frozenset({QEvent.Type.KeyPress, QEvent.Type.InputMethod})


def is_text_field(widget: QWidget | None) -> bool:
    """Whether keys pressed there are text."""
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, QAbstractSpinBox)


def holds_unsent_words(widget: QWidget | None) -> bool:
    """Whether the person typed words there, in a dialog, that were not sent. What a field was given
    by us, and what acts with each letter, is not modified."""
    if widget is None or not is_text_field(widget) or not _is_in_a_dialog(widget):
        return False
    if isinstance(widget, QLineEdit):
        return widget.isModified() and bool(widget.text())
    document = widget.document() if isinstance(widget, QPlainTextEdit) else None
    return document is not None and document.isModified() and not document.isEmpty()


def _is_in_a_dialog(widget: QWidget) -> bool:
    """Whether a field stands in a dialog, also in one that is a part of the window."""
    parent: QWidget | None = widget
    while parent is not None and not isinstance(parent, QDialog):
        parent = parent.parentWidget()
    return parent is not None


class TypingWatch(QObject):
    """Knows when a key was last pressed in a field of ours.

    It filters the events of text fields that had the focus; a filter on the whole program would
    run Python code for every mouse move.
    """

    def __init__(self, app: QApplication, now_ms: Callable[[], int]) -> None:
        super().__init__(app)
        self._now_ms = now_ms
        self._typed_ms: int | None = None
        app.focusChanged.connect(self._on_focus)
        self._on_focus(None, app.focusWidget())

    def left_ms(self) -> int:
        """How long somebody still counts as typing; 0 when nobody does."""
        if self._typed_ms is None:
            return 0
        return max(0, self._typed_ms + TYPING_MS - self._now_ms())

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        # Never taken back: a field that loses the focus may be on its way to be deleted, and one
        # that is watched twice tells once.
        if new is not None and is_text_field(new):
            new.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _TYPED:
            self._typed_ms = self._now_ms()
        return False


FindSide = Callable[[bool], QStackedWidget | None]
"""Finds the part of the main window that a question may stand in now, told whether the person asked
for it; None: it gets a window of its own."""


class QuestionPresenter(QObject):
    """Brings up the first question that nobody has seen; Later means that it stays away until its
    last minute.

    find_side: asked each time that a question comes up. must_wait: whether nothing may come up now;
    whoever ends that calls `refresh`. may_hide: whether a question can wait for its last minute,
    since no window is seen and a notice tells of it.
    """

    def __init__(
        self,
        inbox: Inbox,
        urgency: Urgency,
        typing: TypingWatch,
        get_dialog: Callable[[], QuestionDialog],
        *,
        find_side: FindSide = lambda _wanted: None,
        must_wait: Callable[[], bool] = lambda: False,
        may_hide: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._find_side = find_side
        self._must_wait = must_wait
        self._may_hide = may_hide
        self._inbox = inbox
        self._urgency = urgency
        self._typing = typing
        self._get_dialog = get_dialog
        self._dialog: QuestionDialog | None = None
        self._seen: dict[QuestionId, bool] = {}  # whether in its last minute
        self._raised_for: set[QuestionId] = set()
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.refresh)
        urgency.changed.connect(self.refresh)

    def dialog(self) -> QuestionDialog:
        """The one question dialog, made when it is needed first."""
        if self._dialog is None:
            self._dialog = self._get_dialog()
            self._dialog.finished.connect(self._on_closed)
        return self._dialog

    def has_dialog(self) -> bool:
        """Whether it was needed before."""
        return self._dialog is not None

    def refresh(self) -> None:
        """Is there a question to bring up, and is this a good moment?"""
        questions = self._inbox.questions()
        open_now = {question.id for question in questions}
        self._seen = {key: is_last for key, is_last in self._seen.items() if key in open_now}
        due = [question for question in questions if self._is_due(question)]
        if not due or self._must_wait():
            return
        if self._dialog is not None and self._dialog.place.is_in_sight():
            self._raise_again(self._dialog, due)
            return
        wait = self._typing.left_ms()
        if not wait and not self._urgency.is_last_minute(due[0]):
            wait = AGAIN_MS if holds_unsent_words(QApplication.focusWidget()) else 0
        if wait:
            self._later.start(wait)
            return
        side = self._find_side(False)
        self.dialog().pop_up(due[0], side, take_focus=may_get_focus())
        self._see(due[:1])

    def _is_due(self, question: OpenQuestion) -> bool:
        is_last = self._urgency.is_last_minute(question)
        if not self._urgency.is_wanted(question) or (not is_last and self._may_hide()):
            return False
        return question.id not in self._seen or is_last > self._seen[question.id]

    def _raise_again(self, dialog: QuestionDialog, due: Iterable[OpenQuestion]) -> None:
        """The dialog is open, perhaps behind other windows: a last minute brings it forward, but it
        takes no focus and keeps its question."""
        last = {question.id for question in due if self._urgency.is_last_minute(question)}
        if last - self._raised_for:
            dialog.place.come_forward()
        self._raised_for = last

    def _see(self, questions: Iterable[OpenQuestion]) -> None:
        for question in questions:
            self._seen[question.id] = self._urgency.is_last_minute(question)

    def open(self, task_key: int | None) -> None:
        """The person asks for a question: that of a task, or the most urgent one."""
        found = self._pick(task_key)
        if found is not None:
            self._see([found])
            self.dialog().ask_now(found, self._find_side(True))

    def _pick(self, task_key: int | None) -> OpenQuestion | None:
        questions = self._inbox.questions()
        if task_key is None:
            return questions[0] if questions else None
        return next((q for q in questions if q.task_key == task_key), None)

    def _on_closed(self) -> None:
        """All that were counted in "1 of 3" have been seen; only new ones come up again, and others
        than the one that stood there that have become urgent meanwhile."""
        standing = self._dialog.current_question() if self._dialog is not None else None
        waiting = [
            question
            for question in self._inbox.questions()
            if question != standing
            and self._is_due(question)
            and self._urgency.is_last_minute(question)
        ]
        self._see(one for one in self._inbox.questions() if one not in waiting)
        if waiting:
            self._later.start(AGAIN_MS)


def may_get_focus() -> bool:
    """Only from ourselves, and not out of a field in which somebody may go on typing."""
    from_us = QApplication.activeWindow() is not None
    return from_us and not is_text_field(QApplication.focusWidget())
