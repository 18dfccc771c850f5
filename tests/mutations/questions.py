"""Breaks of what the forms of questions are promised."""

from tests.mutations.runner import Break

AMOUNTS = "tests/core/test_amounts.py"
FORMS = "tests/ui/questions/test_forms.py"
ANSWERS = "tests/services/questions/test_answers.py"
REDUCER = "tests/core/test_reducer.py"
ESCALATION = "tests/core/test_escalation.py"
NOTIFIER = "tests/services/test_question_notifier.py"
PRESENTER = "tests/ui/questions/test_presenter.py"
MANAGER = "tests/ui/test_dialog_manager.py"
BEFORE = "tests/services/test_written_before.py"
RECORDS = "tests/services/questions/test_question_records.py"
NO_BLANK_CHEQUE = "A purchase is approved up to its total, or an amount that was typed"

QUESTIONS = (
    Break(
        promise="An option that the question names stays in the result",
        mistake="it is replaced where it looks like a code",
        file="ui/questions/forms/choice.py",
        old="return [] if is_option else super().secrets()",
        new="return super().secrets()",
        tests=(f"{FORMS}::test_an_option_that_looks_like_a_code_stays_in_the_result",),
    ),
    Break(
        promise="An option that the question names stays in the result",
        mistake="also where it answers a question for a secret",
        file="ui/questions/forms/choice.py",
        old="asking.question.kind is QuestionKind.CHOICE",
        new="True",
        tests=(f"{FORMS}::test_an_option_that_looks_like_a_code_stays_in_the_result",),
    ),
    Break(
        promise="Open live page opens a page and nothing else",
        mistake="whatever the link names",
        file="ui/text/live_page.py",
        old='url.scheme() in {"http", "https"} and QDesktop',
        new="QDesktop",
        tests=(f"{FORMS}::test_a_link_that_is_no_page_opens_nothing_and_that_is_said",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="of several amounts the first is taken",
        file="core/amounts.py",
        old="return read[0] if said_once else None",
        new="return read[0] if read else None",
        tests=(f"{AMOUNTS}::test_form_and_amount",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="a part of the price is taken for all of it",
        file="core/amounts.py",
        old='    if _DOUBTS.search(_ALL_IN.sub("", question)):\n        return None\n',
        new="",
        tests=(f"{AMOUNTS}::test_form_and_amount",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="marks that turn the amount round are passed over",
        file="core/amounts.py",
        old="if len(question) > _MOST_CHARS or has_hidden_marks(question):",
        new="if len(question) > _MOST_CHARS:",
        tests=(f"{AMOUNTS}::test_form_and_amount",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="it is approved as soon as the question comes",
        file="ui/questions/forms/choices.py",
        old="        self._rows.addWidget(problem)\n",
        new="        self.choices[0].button.setChecked(True)\n",
        tests=(f"{FORMS}::test_a_purchase_is_approved_up_to_its_total",),
    ),
    Break(
        promise="Approved today: what was allowed, over a restart, and nothing else",
        mistake="what was refused counts, too",
        file="store/ledger/ledger.py",
        old='used <> \'\'"\n            " AND outcome IS NOT ? ORDER BY key"',
        new="used <> ''\"\n            \" AND 'x' IS NOT ? ORDER BY key\"",
        tests=(f"{ANSWERS}::test_what_did_not_arrive_was_not_allowed",),
    ),
    Break(
        promise="Approved today: what was allowed, over a restart, and nothing else",
        mistake="an amount that was typed before it was declined",
        file="ui/questions/forms/purchase.py",
        old="if chosen is None or chosen.button is self.decline:",
        new="if chosen is None:",
        tests=(f"{FORMS}::test_what_was_allowed_today_stands_beside_a_purchase",),
    ),
    Break(
        promise="A code is taken out of the message that brought it",
        mistake="the message is sent",
        file="core/one_time_codes.py",
        old="return codes[0] if len(codes) == 1 else message.strip()",
        new="return message.strip()",
        tests=(f"{FORMS}::test_a_code_is_taken_out_of_the_message_that_brought_it",),
    ),
    Break(
        promise="A question of several lines has the room it needs, whichever stood there before",
        mistake="the window keeps the height of the one before",
        file="ui/questions/card.py",
        old="            outer.updateGeometry()\n",
        new="            del outer\n",
        tests=(f"{FORMS}::test_no_room_is_left_empty",),
    ),
    Break(
        promise="Nobody answered: said of a question that was open to the end, and of no other",
        mistake="also where an answer may have arrived",
        file="core/reducer.py",
        old="was_open = before.open_since_ms is not None and not after.answer_unconfirmed",
        new="was_open = before.open_since_ms is not None",
        tests=(f"{REDUCER}::test_a_question_that_nobody_answered_is_missed_when_its_task_ends",),
    ),
    Break(
        promise="Nobody answered: said of a question that was open to the end, and of no other",
        mistake="also where an answer was on its way when the task ended",
        file="core/reducer.py",
        old="is_late = task.question_missed and observation.kind in _ANSWERS_SENT",
        new="is_late = False",
        tests=(f"{REDUCER}::test_a_question_that_nobody_answered_is_missed_when_its_task_ends",),
    ),
    Break(
        promise="A question that comes back after its answer says so",
        mistake="also one that the agent asks anew while it goes on",
        file="core/reducer.py",
        old="asked_again=text == task.question and task.answered_ms is not None and not again,",
        new="asked_again=text == task.question and not again,",
        tests=(f"{REDUCER}::test_a_question_that_comes_back_after_its_answer_is_asked_again",),
    ),
    Break(
        promise="An answer of which nobody knows whether it arrived is said to be that",
        mistake="not after a kill while it was being sent",
        file="services/recovery.py",
        old="return Observation(kind=Kind.ANSWER_UNCONFIRMED)",
        new="return Observation(kind=Kind.DELIVERED)",
        tests=(f"{BEFORE}::test_recovery_settles_what_an_earlier_program_left_open",),
    ),
    Break(
        promise="Questions tells what became of each",
        mistake="an answer that was refused counts as one",
        file="store/ledger/question_records.py",
        old="AND outcome IS NOT '{Outcome.REFUSED}'",
        new="",
        tests=(f"{RECORDS}::test_an_answer_that_failed_settles_nothing_it_did_not",),
    ),
    Break(
        promise="Questions tells what became of each",
        mistake="a question that comes back stands there twice",
        file="services/state/session_store.py",
        old="not (over or is_late or is_known)",
        new="not (over or is_late)",
        tests=(f"{RECORDS}::test_a_question_whose_answer_the_channel_may_have_lost_is_the_same",),
    ),
    Break(
        promise="No secret is in an export of questions",
        mistake="words of the agent pass as they are",
        file="core/question_export.py",
        old="question=redact(question.text),",
        new="question=question.text,",
        tests=("tests/services/test_exports.py::test_questions_are_read_back_field_by_field",),
    ),
    Break(
        promise="A question's last minute is always told",
        mistake="not while it is quiet",
        file="core/escalation.py",
        old="_NEVER_QUIET = frozenset({Level.REMINDER, Level.LAST_CALL})",
        new="_NEVER_QUIET = frozenset({Level.REMINDER})",
        tests=(f"{ESCALATION}::test_quiet_covers_all_but_last_calls_and_reminders",),
    ),
    Break(
        promise="A question's last minute is always told",
        mistake="not before the notice for many grows",
        file="core/escalation.py",
        old="(now_ms if level is Level.LAST_CALL else until_ms)",
        new="until_ms",
        tests=(f"{ESCALATION}::test_a_last_call_waits_for_no_minute",),
    ),
    Break(
        promise="Nobody is told more often than it helps",
        mistake="each of many questions has a notice",
        file="core/escalation.py",
        old="if len(recent) > MANY:",
        new="if False:",
        tests=(f"{ESCALATION}::test_from_the_eleventh_on_one_notice_grows_once_a_minute",),
    ),
    Break(
        promise="Nobody is told more often than it helps",
        mistake="what joins a notice is heard",
        file="services/question_notifier.py",
        old="        if not is_higher:\n            return Sound.NONE\n",
        new="",
        tests=(f"{NOTIFIER}::test_heard_is_the_first_and_not_what_joins_or_leaves_it",),
    ),
    Break(
        promise="A question that was put off comes back",
        mistake="not for its last call",
        file="ui/questions/presenter.py",
        old="return question.id not in self._seen or level > self._seen[question.id]",
        new="return question.id not in self._seen",
        tests=(f"{PRESENTER}::test_it_comes_once_more_for_its_last_call",),
    ),
    Break(
        promise="A question that was put off comes back",
        mistake="behind a hidden window it waits where nothing tells of it",
        file="ui/dialog_manager.py",
        old="if not self._notices_shown() or not self._services",
        new="if not self._services",
        tests=(f"{MANAGER}::test_behind_a_hidden_window_it_waits_only_where_a_notice_tells_of_it",),
    ),
)
