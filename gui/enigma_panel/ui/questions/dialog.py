"""The panel of an agent's question: shows one open question at a time and sends the answer.

It stands in Details' place in the main window, or in a window of its own, with what was typed.
No timer of ours answers, and closing means Later. What was typed for a question stays with it until
it was sent; then fields, their histories and our references are emptied. Only a username stays, for
the next login that its task asks for: where the first one is refused, mostly the password is wrong.
"""

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QStackedWidget, QWidget

from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import AnswerOutcome, AnswerResult, OpenQuestion, QuestionId
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.card import LOW, PrecedingSteps, QuestionCard
from enigma_panel.ui.questions.click_guard import ClickGuard
from enigma_panel.ui.questions.delivery import AnswerDelivery
from enigma_panel.ui.questions.focus_scroll import FocusScroll
from enigma_panel.ui.questions.foot import QuestionFoot
from enigma_panel.ui.questions.form import AnswerForm
from enigma_panel.ui.questions.page import MakeLoginHelper, QuestionPage
from enigma_panel.ui.questions.place import QuestionPlace
from enigma_panel.ui.questions.text import quiet_ms_for
from enigma_panel.ui.text.outcome import answer_text, cap_stop_text, gone_text
from enigma_panel.ui.text.pages import open_live_page
from enigma_panel.ui.widgets.basics import set_role
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.dialog import ModelessDialog

tr = Translations("Questions")


class QuestionDialog(ModelessDialog):
    """The panel: card, page and foot. `services.inbox` says what is open; `show_question` brings
    one of them here.

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
        self._services = services
        self._inbox = services.inbox
        self.place = QuestionPlace(self)
        self.card = QuestionCard()
        self.page = QuestionPage(services, make_login_helper, self._open_live_page)
        self.foot = QuestionFoot(services)
        self._before = PrecedingSteps(services, self.card.show_before)
        self.delivery = AnswerDelivery(services, self._settle)
        self._click_guard = ClickGuard(self, services.clock.now_ms)
        self._second = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._fit_again = Debounce(self, self.fit, 0)
        self._focus_scroll = FocusScroll(self)
        self._build()
        self._connect()

    def _build(self) -> None:
        rule = QFrame()
        rule.setFixedHeight(1)
        set_role(rule, "foot")
        for part in (self.card.head, self.card, rule, self.page, self.foot):
            self.body.addWidget(part)
        self.body.setStretchFactor(self.page, 1)
        self.body.setContentsMargins(1, 1, 1, 1)
        self.body.setSpacing(0)
        set_role(self, "asks")
        self.card.close_button.hide()

    def _connect(self) -> None:
        self.page.buttons_changed.connect(self._follow_form)
        self.page.edited.connect(self._show_answer)
        self.page.filled.connect(self._press_send)
        self.page.verticalScrollBar().rangeChanged.connect(self._focus_scroll.refresh)
        self._click_guard.guard(self.foot.send_button, self._send)
        self._click_guard.guard(self.foot.stop_button, self._stop)
        for button in (self.foot.later_button, self.card.close_button):
            button.clicked.connect(self._later)  # it loses nothing, so it needs no guard
        self.add_keys({"Ctrl+Return": self._press_send, "Ctrl+Enter": self._press_send})
        self.card.live_button.clicked.connect(self._open_live_page)
        self.card.turned.connect(self._turn)
        self._second.timeout.connect(self._tick)
        self._inbox.changed.connect(self.follow_inbox)
        self._inbox.waiting_changed.connect(self.foot.answer_wait.tick)
        self.foot.answer_wait.resized.connect(self._refit)
        self.finished.connect(self.place.leave)

    # -- showing -----------------------------------------------------------------------------

    def current_question(self) -> OpenQuestion | None:
        return self.page.question()

    def is_armed(self) -> bool:
        return self._click_guard.is_armed()

    def show_question(self, question: OpenQuestion) -> None:
        """Put this question into the window; its buttons act a moment later."""
        form = self.page.form_for(question)
        is_other = form is not self.page.form
        if form is not self.delivery.form and (is_other or not self.isVisible()):
            form.keep()
        if is_other:
            self.page.show_form(form)
            self._order_tabs()
            sessions = self._services.sessions
            session, task = sessions.session(question.session_key), sessions.task(question.task_key)
            self.card.show_question(question, session, task)
            self.card.show_sentence(self.page.sentence())
            self._before.refresh(question)
            self._show_state()
            self._show_answer()
            self.show_anew()
        self._show_position()
        self._show_time()
        self._tell_what_is_in_sight()
        self._refit()

    def _open_live_page(self) -> None:
        question = self.current_question()
        if question is None or not self.is_armed():  # it was meant for what stood there before
            return
        session = self._services.sessions.session(question.session_key)
        link = session.web_view_url if session is not None else None
        if link is None or not open_live_page(link):
            self.foot.answer_wait.follow(None, tr("No program could open the live page."))

    def _follow_form(self) -> None:
        """Other controls stand in the form."""
        self._click_guard.disturb()
        self._order_tabs()
        if self.page.form is not None:
            self.card.show_sentence(self.page.sentence())
        self._refit()
        self._show_answer()

    def _order_tabs(self) -> None:
        if self.page.form is not None:
            self.foot.follow_in_tab_order(self.page.form.last_stop())

    def _take_place(self, side: QStackedWidget | None) -> None:
        self.place.take(side)
        self.card.close_button.setVisible(side is not None)
        self._order_tabs()

    def ask_now(self, question: OpenQuestion, side: QStackedWidget | None = None) -> None:
        """The person wants to answer: show it, in that part of the main window, with the focus."""
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, on=False)
        self._take_place(side)
        self.show_question(question)
        self.place.come_up()
        self.window().raise_()
        self.activateWindow()
        self.page.focus_form()

    def pop_up(
        self, question: OpenQuestion, side: QStackedWidget | None = None, *, take_focus: bool
    ) -> None:
        """Show it unasked; take_focus is False where the person is busy elsewhere."""
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, on=not take_focus)
        self._take_place(side)
        self.show_question(question)
        self.fit()
        if side is None:
            self.leave_hidden_parent()
        self.place.come_up()
        if take_focus and side is None:
            self.raise_()
            self.activateWindow()
        if take_focus or side is None:
            self.page.focus_form()
        QApplication.alert(self.window())

    def fit(self, *, only_grow: bool = False) -> None:
        if self.isWindow():
            super().fit(only_grow=only_grow)

    def _refit(self) -> None:
        if self.isVisible():
            self.fit()
            self._fit_again.trigger()  # a form that is new here is laid out only after this turn

    def _tell_what_is_in_sight(self) -> None:
        is_there = self.isVisible() and not self.isWindow()
        question = self.current_question()
        self.in_sight_changed.emit(question.id if question and is_there else None)

    def _show_answer(self) -> None:
        page = self.page.answer_page()
        self.foot.show_answer(page, is_low=self.place.room() < LOW)
        self.foot.show_send(page, is_sending=self.delivery.form is not None)

    def follow_inbox(self) -> None:
        form = self.page.form
        if form is None or self.delivery.form is not None:
            return
        found = next((q for q in self._inbox.questions() if q.id == form.question.id), None)
        if found is not None:
            form.question = found
            self.card.follow(found)
            self._show_time()
            self._show_position()
        elif form.is_empty() or not self.isVisible():
            self._go_on()
        elif not form.is_over:
            form.notice, form.is_over = gone_text(has_text=True), True
            self._show_state()
            self._show_position()
            self._click_guard.disturb()

    def show_anew(self) -> None:
        """Arm the guard anew: what is seen now was not seen before."""
        question = self.current_question()
        if question is not None and self.isVisible():
            self._click_guard.begin(quiet_ms_for(question.text))

    def _show_position(self) -> None:
        questions = [q.id for q in self._inbox.questions()]
        question = self.current_question()
        here = question.id if question else None
        number = questions.index(here) + 1 if here in questions else 1
        if self.card.show_position(number, len(questions)):
            self._click_guard.disturb()

    def _tick(self) -> None:
        self._second.start(1000 - self._services.clock.now_ms() % 1000)
        self._show_time()

    def _show_time(self) -> None:
        now_ms = self._services.clock.now_ms()
        self.card.show_time(now_ms)
        self.foot.answer_wait.tick()
        question = self.current_question()
        if question is None:
            return
        pending = self._services.sessions.pending(question.session_key)
        if self.page.show_doubts(question, cap_stop_text(pending, now_ms)):
            self._click_guard.disturb()
            self._refit()

    def _show_state(self) -> None:
        """Notice and buttons follow what became of the answer shown."""
        form, sent = self.page.form, self.delivery.form
        self.foot.answer_wait.follow(
            sent.question.task_key if sent else None, form.notice if form else ""
        )
        is_over, is_sending = form is not None and form.is_over, sent is not None
        if form is not None and is_over:  # nothing runs out any more
            self.card.follow(replace(form.question, expires_ms=None))
            self._show_time()
        self.foot.show_state(is_over=is_over, is_sending=is_sending)
        self.foot.show_send(self.page.answer_page(), is_sending=is_sending)
        self.page.enable_forms(on=not is_sending)
        self.card.set_turning(not is_sending)
        self._refit()

    def _turn(self, step: int) -> None:
        questions = self._inbox.questions()
        form = self.page.form
        if not questions or form is None:
            return
        at = next((i for i, q in enumerate(questions) if q.id == form.question.id), -step)
        if form.is_over:
            self.page.drop(form)
        self.show_question(questions[(at + step) % len(questions)])
        self.page.focus_form()

    # -- answering ---------------------------------------------------------------------------

    def _press_send(self) -> None:
        self._click_guard.trigger(self.foot.send_button)

    def _send(self) -> None:
        form = self.page.form
        if form is None or form.is_over or self.delivery.form is not None:
            return
        if form.find_mistake():
            self._refit()
            return
        self._deliver(form, AnswerVerb.RESUME)

    def _stop(self) -> None:
        form = self.page.form
        if form is not None and not form.is_over:
            self._deliver(form, AnswerVerb.STOP)

    def _deliver(self, form: AnswerForm, verb: AnswerVerb) -> None:
        if self.delivery.form is not None:
            return
        self.delivery.start(form, verb)
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.foot.later_button.setFocus()  # what has the focus is disabled now
        self._show_state()

    def _settle(self, form: AnswerForm, result: AnswerResult | None, text: str) -> None:
        outcome = result.outcome if result else None
        form.notice = text or answer_text(result, has_text=not form.is_empty())
        if outcome in {AnswerOutcome.DELIVERED, AnswerOutcome.UNCONFIRMED}:
            form.forget()
        form.is_over = outcome is AnswerOutcome.GONE
        self._show_state()
        if outcome is AnswerOutcome.DELIVERED:
            self.page.drop(form)
        if self.page.form is None:
            self._go_on(without=form.question.id)
        else:
            self._click_guard.disturb()
            self._show_position()
            self.follow_inbox()  # what changed while it was being sent

    def _go_on(self, without: QuestionId | None = None) -> None:
        """Show the next open question in place of this one, or close."""
        if self.page.form is not None:
            self.page.drop(self.page.form)
        following = [q for q in self._inbox.questions() if q.id != without]
        if following and not self.isHidden():
            self.show_question(following[0])
            self.page.focus_form()
        elif not self.isHidden():
            self.reject()

    def _later(self) -> None:
        """Later; after a question that is over, another one that is open comes first."""
        if self.page.form is not None and self.page.form.is_over:
            self._go_on()
        else:
            self.reject()

    # -- Qt ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        if self.isWindow():
            super().showEvent(event)  # it gets its size
            self.place.centre()
        self._tick()
        self.show_anew()
        self._tell_what_is_in_sight()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.card.fit_into(self.place.room())
        self._show_answer()
        self._focus_scroll.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()
        self.page.drop_except({q.id for q in self._inbox.questions()}, self.delivery.form)
        self._tell_what_is_in_sight()
