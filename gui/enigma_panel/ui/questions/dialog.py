"""The panel of an agent's question: shows one open question at a time and sends the answer.

It stands in Details' place in the main window, or in a window of its own, with what was typed.
No timer of ours answers, and closing means Later. What was typed for a question stays with it until
it was sent; then fields, their histories and our references are emptied. Only a username stays, for
the next login that its task asks for: where the first one is refused, mostly the password is wrong.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from msgspec.structs import replace
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QFrame, QStackedWidget, QWidget

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.questions.options import without_options
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.types import (
    AnswerOutcome,
    AnswerResult,
    LedgerError,
    OpenQuestion,
    QuestionId,
)
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.card import LOW, PrecedingSteps, QuestionCard
from enigma_panel.ui.questions.click_guard import ClickGuard
from enigma_panel.ui.questions.form import AnswerForm
from enigma_panel.ui.questions.form_stack import FormStack
from enigma_panel.ui.questions.forms.login_helper import LoginHelper
from enigma_panel.ui.questions.forms.page import Asking
from enigma_panel.ui.questions.text import STOP_TEXT, preview_text, quiet_ms_for
from enigma_panel.ui.text.outcome import (
    answer_text,
    cap_stop_text,
    gone_text,
    not_saved_text,
    take_back_label,
    wait_text,
)
from enigma_panel.ui.text.pages import open_live_page
from enigma_panel.ui.text.verbs import verb_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    NoticeLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.free_screen import free_size, keep_on_screen
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("Questions")

MakeLoginHelper = Callable[[TaskSpec, str], LoginHelper | None]
"""Makes what fills in a login, from a task and the text of its question."""

WIDTH = 520
"""The least width of a window of its own."""
LARGEST = QSize(16_777_215, 16_777_215)
"""Qt's word for no limit."""
READ_LINES, LEAST_FORM = 3, 60
READS_PAD = 16
"""What stands between and around the lines that the agent reads and their heading."""


class QuestionDialog(ModelessDialog):
    """The panel. `services.inbox` says what is open; `show_question` brings one of them here.

    in_sight_changed: comes with the id of the question in the main window, None where none is; a
    sheet before it does not count.
    """

    in_sight_changed = Signal(object)

    def __init__(
        self,
        services: Services,
        parent: QWidget | None,
        make_login_helper: MakeLoginHelper = lambda _spec, _question: None,
    ) -> None:
        super().__init__(tr("Question from the agent"), parent)
        self._make_login_helper = make_login_helper
        self._own_window = (parent, self.windowFlags())
        self._services = services
        self._inbox = services.inbox
        self._current: AnswerForm | None = None
        self._sending: AnswerForm | None = None
        self._usernames: dict[int, str] = {}
        self._build_parts()
        self._build_layout()
        self._connect()

    # -- building ----------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self.card = QuestionCard()
        self._before = PrecedingSteps(self._services, self.card.show_before)
        self._forms = FormStack()
        self.answer_wait = AnswerWaitBar(self._inbox, self._services.clock.now_ms)
        self.stop_button = make_button(tr("Stop task"), "danger")
        self.later_button = make_button(tr("Later"))
        self.send_button = make_button(tr("Send answer"), "primary")
        self._click_guard = ClickGuard(self, self._services.clock.now_ms)
        self._second = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._fit_again = Debounce(self, self.fit, 0)
        self._focus_again = Debounce(self, self._show_focus, 0)
        self.reads = ElidedLabel(lines=READ_LINES)
        self._reads_head = make_label(tr("The agent reads:"), "dim")
        self._well, self._foot = QFrame(), QFrame()
        self._doubt, self._keys = make_label("x"), make_label(role="dim")

    def _build_layout(self) -> None:
        scroll = ScrollArea()
        scroll.setMinimumHeight(theme.scaled(LEAST_FORM))
        scroll.column.setContentsMargins(16, 8, 16, 8)
        scroll.column.setSpacing(12)
        scroll.column.addWidget(self.card.doubts)
        scroll.column.addWidget(self._forms, 1)
        if (page := scroll.widget()) is not None:
            page.setMinimumWidth(1)  # as wide as the panel, whatever stands there
        rule, buttons = QFrame(), QFrame()
        rule.setFixedHeight(1)
        self._reads_row = make_column(self._reads_head, self.reads, gap=4)
        self._reads_row.setContentsMargins(12, 6, 12, 6)
        self._reads_row.setStretch(1, 1)
        self._well.setLayout(self._reads_row)
        set_role(self._well, "well")
        keeps = self._well.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # no answer moves anything
        self._well.setSizePolicy(keeps)
        line = make_row(self._doubt, None, self._keys)
        self._foot.setLayout(make_column(self.answer_wait, self._well, line, gap=6))
        self._foot.setContentsMargins(16, 8, 16, 8)
        row = make_row(self.stop_button, None, self.later_button, self.send_button)
        buttons.setLayout(row)
        for ruled in (rule, buttons):
            set_role(ruled, "foot")
        buttons.setContentsMargins(16, 8, 16, 8)
        scroll.verticalScrollBar().rangeChanged.connect(self._focus_again.trigger)
        for part in (self.card.head, self.card, rule, scroll, self._foot, buttons):
            self.body.addWidget(part)
        self.body.setStretch(3, 1)
        self.body.setContentsMargins(1, 1, 1, 1)
        self.body.setSpacing(0)
        set_role(self._doubt, "amber")
        self._doubt.ensurePolished()
        self._doubt.setMinimumHeight(self._doubt.sizeHint().height())  # none moves anything
        self.stop_button.setToolTip(verb_text(CommandVerb.STOP).tip)
        self.stop_button.setAccessibleDescription(self.stop_button.toolTip())
        self.setMinimumWidth(WIDTH)
        set_role(self, "asks")
        self.card.close_button.hide()

    def _connect(self) -> None:
        self._forms.buttons_changed.connect(self._click_guard.disturb)
        self._forms.buttons_changed.connect(self._order_tabs)
        self._forms.buttons_changed.connect(self._show_sentence)
        self._forms.buttons_changed.connect(self._refit)
        self._forms.filled.connect(self._press_send)
        for changed in (self._forms.edited, self._forms.buttons_changed):
            changed.connect(self._show_reads)
        self._click_guard.guard(self.send_button, self._send)
        self._click_guard.guard(self.stop_button, self._stop)
        for button in (self.later_button, self.card.close_button):
            button.clicked.connect(self._later)  # it loses nothing, so it needs no guard
        self.add_keys({"Ctrl+Return": self._press_send, "Ctrl+Enter": self._press_send})
        self.card.live_button.clicked.connect(self._open_live_page)
        self.card.turned.connect(self._turn)
        self._second.timeout.connect(self._tick)
        self._inbox.changed.connect(self.follow_inbox)
        self._inbox.waiting_changed.connect(self.answer_wait.tick)
        self.answer_wait.resized.connect(self._refit)
        self.finished.connect(self._leave_side)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_again.trigger)

    # -- its place ---------------------------------------------------------------------------

    def is_in_sight(self) -> bool:
        """Whether it stands on the screen, as far as we know."""
        return self.isVisible() and not self.window().isMinimized()

    def take_place(self, side: QStackedWidget | None) -> None:
        """Stand in that part of the main window, or in a window of its own."""
        if (side is None) is self.isWindow():
            return  # it is there already
        self._leave_side()
        self.setMaximumSize(LARGEST)
        self.setMinimumSize(WIDTH if side is None else 1, 0)  # it takes what Details had
        if side is None:
            parent, flags = self._own_window
            self.setParent(parent, flags)
            self.resize(WIDTH, self.height())
        else:
            self.setParent(side)
        self.card.close_button.setVisible(side is not None)
        self._order_tabs()

    def _come_up(self) -> None:
        side = self.parentWidget()
        if isinstance(side, QStackedWidget) and not self.isWindow():
            if side.indexOf(self) < 0:
                side.addWidget(self)
            side.setCurrentWidget(self)
        self.show()

    def _leave_side(self) -> None:
        """Give Details its place back, and take no room there."""
        side = self.parentWidget()
        if isinstance(side, QStackedWidget):
            side.removeWidget(self)

    # -- showing -----------------------------------------------------------------------------

    def current_question(self) -> OpenQuestion | None:
        """The question that stands in the window."""
        return self._current.question if self._current else None

    def is_armed(self) -> bool:
        """Whether the actions act now."""
        return self._click_guard.is_armed()

    def show_question(self, question: OpenQuestion) -> None:
        """Put this question into the window; its buttons act a moment later."""
        form = self._forms.form_for(self._asking(question))
        if form is not self._sending and (form is not self._current or not self.isVisible()):
            form.keep()
        if form is not self._current:
            self._current = form
            self._forms.show_page(form)
            self._forms.updateGeometry()  # also before it was ever seen, when Qt does not
            self._order_tabs()
            sessions = self._services.sessions
            session, task = sessions.session(question.session_key), sessions.task(question.task_key)
            self.card.show_question(question, session, task)
            self._show_sentence()
            self._before.refresh(question)
            self._show_state()
            self._show_reads()
            self._begin()
        self._show_position()
        self._show_time()
        self._tell_what_is_in_sight()
        self._refit()

    def _asking(self, question: OpenQuestion) -> Asking:
        session = self._services.sessions.session(question.session_key)
        return Asking(
            question,
            approved_today=self._inbox.used_today,
            live_page=session.web_view_url if session is not None else None,
            open_live_page=self._open_live_page,
            make_login_helper=partial(self._login_helper, question),
            username=self._usernames.get(question.task_key, ""),
            note_username=partial(self._usernames.__setitem__, question.task_key),
        )

    def _login_helper(self, question: OpenQuestion) -> LoginHelper | None:
        """Return the helper for the site of the task that asks; None where that task is unknown."""
        task = self._services.sessions.task(question.task_key)
        if task is None or question.is_asker_unknown:
            return None
        return self._make_login_helper(task.spec, question.text)

    def _open_live_page(self) -> None:
        question = self.current_question()
        if question is None or not self.is_armed():  # it was meant for what stood there before
            return
        session = self._services.sessions.session(question.session_key)
        link = session.web_view_url if session is not None else None
        if link is None or not open_live_page(link):
            self.answer_wait.follow(None, tr("No program could open the live page."))

    def _order_tabs(self) -> None:
        if self._current is not None:
            last = self._current.last_stop()
            stops = (last, self.send_button, self.later_button, self.stop_button)
            for stop, following in pairwise(stops):
                self.setTabOrder(stop, following)

    def ask_now(self, question: OpenQuestion, side: QStackedWidget | None = None) -> None:
        """The person wants to answer: show it, in that part of the main window, with the focus."""
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, on=False)
        self.take_place(side)
        self.show_question(question)
        self._come_up()
        self.window().raise_()
        self.activateWindow()
        self._focus_form()

    def pop_up(
        self, question: OpenQuestion, side: QStackedWidget | None = None, *, take_focus: bool
    ) -> None:
        """Show it unasked; take_focus is False where the person is busy elsewhere."""
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, on=not take_focus)
        self.take_place(side)
        self.show_question(question)
        self.fit()
        if side is None:
            self.leave_hidden_parent()
        self._come_up()
        if take_focus and side is None:
            self.raise_()
            self.activateWindow()
        if take_focus or side is None:
            self._focus_form()
        QApplication.alert(self.window())

    def come_forward(self) -> None:
        """Come before other windows, without the focus and with the question that stands here."""
        self.window().raise_()
        QApplication.alert(self.window())

    def _centre(self) -> None:
        """Stand over the middle of the main window, wherever it stood last."""
        parent = self.parentWidget()
        if parent is not None and parent.isVisible() and not parent.isMinimized():
            self.move(parent.frameGeometry().center() - self.rect().center())
            keep_on_screen(self)

    def fit(self, *, only_grow: bool = False) -> None:
        if self.isWindow():
            super().fit(only_grow=only_grow)

    def _room(self) -> int:
        """Return the height of what it stands in."""
        return (free_size(self) if self.isWindow() else self.window().size()).height()

    def _show_sentence(self) -> None:
        """Show what is asked, without the options that stand below it."""
        if self._current is not None:
            text, has_options = self._current.question.text, self._current.page().has_options
            self.card.show_sentence(without_options(text) if has_options else text)

    def _show_focus(self) -> None:
        """Scroll the field with the focus into sight, here and in the window."""
        focus = QApplication.focusWidget()
        if focus is None or not self.isAncestorOf(focus):
            return
        cursor = QRectF(focus.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle))
        part: QWidget | None = focus
        while part is not None and (part := part.parentWidget()) is not None:
            if isinstance(part, ScrollArea) and (page := part.widget()) is not None:
                at = focus.mapTo(page, cursor.center().toPoint())
                part.ensureVisible(at.x(), at.y(), 0, round(cursor.height() / 2) + 12)

    def _tell_what_is_in_sight(self) -> None:
        is_there = self.isVisible() and not self.isWindow()
        question = self.current_question()
        self.in_sight_changed.emit(question.id if question and is_there else None)

    def _show_reads(self) -> None:
        page = self._current.page() if self._current else None
        is_low, across = self._room() < LOW, QBoxLayout.Direction
        self._reads_row.setDirection(across.LeftToRight if is_low else across.TopToBottom)
        whole = self.reads.room_for(READ_LINES) + self._reads_head.sizeHint().height() + READS_PAD
        self._well.setMinimumHeight(0 if is_low else whole)
        self.reads.set_lines(1 if is_low else READ_LINES)
        self.reads.show_text(preview_text(page.preview() if page else ""))
        self._well.setVisible(bool(self.reads.text()))
        doubt = page.doubt() if page else ""
        self._doubt.setText(doubt)
        self._doubt.setVisible(bool(doubt) or not is_low)
        self._keys.setHidden(is_low)
        self._show_send()

    def _show_send(self) -> None:
        """Send is off until there is an answer; its tool tip says what is missing."""
        form = self._current
        mistake = form.page().mistake() if form else None
        by_enter = form is None or form.page().enter_sends()
        keys = tr("Enter to send") if by_enter else tr("Ctrl+Enter to send")
        self.send_button.setEnabled(self._sending is None and mistake is None)
        self.send_button.setToolTip(mistake.sentence if mistake else keys)
        self._keys.setText("" if by_enter or not self.send_button.isEnabled() else keys)

    def follow_inbox(self) -> None:
        """The list of open questions changed."""
        if self._current is None or self._sending is not None:
            return
        found = self._find(self._current.question.id)
        if found is not None:
            self._current.question = found
            self.card.follow(found)
            self._show_time()
            self._show_position()
            return
        if self._current.is_empty() or not self.isVisible():
            self._go_on()
        elif not self._current.is_over:
            self._end_form(self._current, gone_text(has_text=True))

    def show_anew(self) -> None:
        """Arm the guard anew: what is seen now was not seen before."""
        self._begin()

    def _begin(self) -> None:
        if self._current is not None and self.isVisible():
            self._click_guard.begin(quiet_ms_for(self._current.question.text))

    def _focus_form(self) -> None:
        if self._current is not None:
            self._current.focus_first()

    def _show_position(self) -> None:
        questions = [q.id for q in self._inbox.questions()]
        here = self._current.question.id if self._current else None
        number = questions.index(here) + 1 if here in questions else 1
        if self.card.show_position(number, len(questions)):
            self._click_guard.disturb()

    def _tick(self) -> None:
        self._second.start(1000 - self._services.clock.now_ms() % 1000)
        self._show_time()

    def _show_time(self) -> None:
        now_ms = self._services.clock.now_ms()
        self.card.show_time(now_ms)
        self.answer_wait.tick()
        if self._current is None:
            return
        question = self._current.question
        pending = self._services.sessions.pending(question.session_key)
        if self.card.show_doubts(question, cap_stop_text(pending, now_ms)):
            self._click_guard.disturb()
            self._refit()

    def _show_state(self) -> None:
        """Notice and buttons follow what became of the answer shown."""
        form = self._current
        sent = self._sending
        busy = sent is not None
        self.answer_wait.follow(
            sent.question.task_key if sent else None, form.notice if form else ""
        )
        over = form is not None and form.is_over
        if form is not None and over:  # nothing runs out any more
            self.card.follow(replace(form.question, expires_ms=None))
            self._show_time()
        for button in (self.send_button, self.stop_button):
            button.setVisible(not over)
        self.stop_button.setEnabled(not busy)
        self._show_send()
        self.later_button.setText(tr("Close") if over else tr("Later"))
        self.later_button.setAccessibleName(self.later_button.text())
        self._forms.setEnabled(not busy)
        self.card.set_turning(not busy)
        self._refit()

    def _refit(self) -> None:
        if self.isVisible():
            self.fit()
            self._fit_again.trigger()  # a form that is new here is laid out only after this turn

    def _turn(self, step: int) -> None:
        questions = self._inbox.questions()
        if not questions or self._current is None:
            return
        here = self._current.question.id
        at = next((i for i, q in enumerate(questions) if q.id == here), -step)
        self._drop_if_over()
        self.show_question(questions[(at + step) % len(questions)])
        self._focus_form()

    def _find(self, wanted: QuestionId) -> OpenQuestion | None:
        return next((q for q in self._inbox.questions() if q.id == wanted), None)

    # -- answering ---------------------------------------------------------------------------

    def _press_send(self) -> None:
        self._click_guard.trigger(self.send_button)

    def _send(self) -> None:
        form = self._current
        if form is None or form.is_over or self._sending is not None:
            return
        if form.find_mistake():
            self._refit()
            return
        self._deliver(form, AnswerVerb.RESUME)

    def _stop(self) -> None:
        form = self._current
        if form is not None and not form.is_over:
            self._deliver(form, AnswerVerb.STOP)

    def _deliver(self, form: AnswerForm, verb: AnswerVerb) -> None:
        if self._sending is not None:
            return
        self._sending = form
        form.mask_again()  # it may wait for a minute, and come back
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.later_button.setFocus()  # what has the focus is disabled now
        self._show_state()
        self._services.scope.spawn("answer", self._deliver_now(form, verb))

    async def _deliver_now(self, form: AnswerForm, verb: AnswerVerb) -> None:
        result: AnswerResult | None = None
        failure = ""
        try:
            result = await self._send_answer(form, verb)
        except LedgerError as error:
            failure = not_saved_text(error)
        finally:
            self._sending = None
            self._settle(form, result, failure)

    async def _send_answer(self, form: AnswerForm, verb: AnswerVerb) -> AnswerResult:
        """The text is made here and kept by nobody: after this it is only in the fields."""
        if verb is AnswerVerb.STOP:
            return await self._inbox.answer(form.question, STOP_TEXT, verb)
        page = form.page()
        page.note_sent()
        return await self._inbox.answer(
            form.question, page.answer(), verb, page.secrets(), used=page.used()
        )

    def _settle(self, form: AnswerForm, result: AnswerResult | None, text: str) -> None:
        outcome = result.outcome if result else None
        form.notice = text or answer_text(result, has_text=not form.is_empty())
        if outcome in {AnswerOutcome.DELIVERED, AnswerOutcome.UNCONFIRMED}:
            form.forget()
        form.is_over = outcome is AnswerOutcome.GONE
        self._show_state()
        if outcome is AnswerOutcome.DELIVERED:
            self._drop(form)
        if self._current is None:
            self._go_on(without=form.question.id)
        else:
            self._click_guard.disturb()
            self._show_position()
            self.follow_inbox()  # what changed while it was being sent

    def _end_form(self, form: AnswerForm, text: str) -> None:
        form.notice, form.is_over = text, True
        self._show_state()
        self._show_position()
        self._click_guard.disturb()

    def _go_on(self, without: QuestionId | None = None) -> None:
        """Show the next open question in place of this one, or close."""
        if self._current is not None:
            self._drop(self._current)
        following = [q for q in self._inbox.questions() if q.id != without]
        if following and not self.isHidden():
            self.show_question(following[0])
            self._focus_form()
        elif not self.isHidden():
            self.reject()

    def _later(self) -> None:
        """Later; after a question that is over, another one that is open comes first."""
        if self._current is not None and self._current.is_over:
            self._go_on()
        else:
            self.reject()

    def _drop_if_over(self) -> None:
        if self._current is not None and self._current.is_over:
            self._drop(self._current)

    def _drop(self, form: AnswerForm) -> None:
        if form is self._current:
            self._current = None
        self._forms.drop(form)

    def _drop_stale(self) -> None:
        """Answers to questions that nobody can see any more."""
        wanted = {q.id for q in self._inbox.questions()}
        for form in self._forms.forms_except(wanted):
            if form is not self._sending:
                self._drop(form)

    # -- Qt ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        if self.isWindow():
            super().showEvent(event)  # it gets its size
            self._centre()
        self._tick()
        self._begin()
        self._tell_what_is_in_sight()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.card.fit_into(self._room())
        self._show_reads()
        self._focus_again.trigger()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()
        self._drop_stale()
        self._tell_what_is_in_sight()


class AnswerWaitBar(QFrame):
    """Takes no room while there is nothing to say. `resized`: it came, went, or changed its height.

    inbox: says why an answer has not been sent yet, and keeps it from being sent.
    """

    resized = Signal()

    def __init__(self, inbox: Inbox, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._inbox = inbox
        self._now_ms = now_ms
        self._task_key: int | None = None
        self._shown = ("", False)
        self.label = NoticeLabel()
        self.back_button = make_button(take_back_label())
        self._build()

    def follow(self, sent: int | None, outcome: str) -> None:
        """Key of the task whose answer is on its way, else the words for what became of it."""
        self._task_key = sent
        if sent is None:
            self._put(outcome, "notice", can_take_back=False)
        self.tick()

    def tick(self) -> None:
        """Renew what changes by the second."""
        if self._task_key is None:
            return
        wait = self._inbox.waiting(self._task_key)
        text = wait_text(wait, self._now_ms())
        self._put(text, "dim", can_take_back=wait is not None)

    def _put(self, text: str, role: str, *, can_take_back: bool) -> None:
        shown = (text, can_take_back)
        if shown == self._shown:
            return
        self._shown = shown
        self.label.show_text(text, role)
        self.back_button.setVisible(can_take_back)
        self.setVisible(bool(text))
        self.resized.emit()

    def _build(self) -> None:
        row = make_row(self.label, self.back_button)
        row.setStretch(0, 1)
        self.setLayout(make_column(row))
        self.back_button.clicked.connect(self._take)
        self.hide()

    def _take(self) -> None:
        if self._task_key is not None:
            self._inbox.take_back(self._task_key)
