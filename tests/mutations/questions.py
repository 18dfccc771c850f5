"""Breaks of what the forms of questions are promised."""

from tests.mutations.runner import Break

AMOUNTS = "tests/core/questions/test_amounts.py"
FORMS = "tests/ui/questions/test_forms.py"
ANSWERS = "tests/services/questions/test_answers.py"
REDUCER = "tests/core/test_reducer.py"
COMMANDS_LIVE = "tests/services/commands/test_commands_live.py"
NOTIFIER = "tests/features/desktop_notices/test_question_notifier.py"
MANAGER = "tests/ui/test_dialogs.py"
TRAY = "tests/features/tray/test_tray.py"
RECOVERY = "tests/services/test_recovery.py"
PLACES = "tests/ui/questions/test_places.py"
LINES = "tests/services/questions/test_question_lines.py"
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
        promise="Open live page opens a page and nothing else",
        mistake="whatever the link names",
        file="ui/text/pages.py",
        old='url.scheme() in {"http", "https"} and QDesktop',
        new="QDesktop",
        tests=(f"{FORMS}::test_a_link_that_is_no_page_opens_nothing_and_that_is_said",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="any amount is a total, beside any other",
        file="core/questions/amounts.py",
        old="if is_plain and is_known else None",
        new="if is_known else None",
        tests=(f"{AMOUNTS}::test_what_is_no_total_or_not_for_certain_is_none",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="what else the question says is passed over, in any language",
        file="core/questions/amounts.py",
        old="if is_plain and is_known else None",
        new="if is_plain else None",
        tests=(f"{AMOUNTS}::test_what_is_no_total_or_not_for_certain_is_none",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="what follows the amount is passed over",
        file="core/questions/amounts.py",
        old='    r"(?= ?(?:$|[.!?;)\\n]|',
        new='    r"(?= ?(?:|$|[.!?;)\\n]|',
        tests=(f"{AMOUNTS}::test_what_is_no_total_or_not_for_certain_is_none",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="it is approved as soon as the question comes",
        file="ui/questions/forms/choices.py",
        old="        self._problems.addWidget(problem)\n",
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
        promise="A code is taken out of the message that brought it",
        mistake="the message is sent",
        file="core/secrets/one_time_codes.py",
        old="return codes[0] if len(codes) == 1 else message.strip()",
        new="return message.strip()",
        tests=(f"{FORMS}::test_a_code_is_taken_out_of_the_message_that_brought_it",),
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
        mistake="also where the person ended its session, and its channel was the faster one",
        file="services/commands/delivery.py",
        old="        self.mark(command)\n        try:\n            await self._live",
        new="        try:\n            await self._live",
        tests=(
            f"{COMMANDS_LIVE}::test_the_effect_of_a_terminate_may_be_seen_while_it_is_given_to_the_channel",
        ),
    ),
    Break(
        promise="An answer of which nobody knows whether it arrived is said to be that",
        mistake="not after a kill while it was being sent",
        file="services/recovery.py",
        old="return Observation(kind=Kind.ANSWER_UNCONFIRMED)",
        new="return Observation(kind=Kind.DELIVERED)",
        tests=(f"{RECOVERY}::test_what_a_killed_run_left_open_is_settled",),
    ),
    Break(
        promise="The time line tells what became of each question",
        mistake="an answer that was refused counts as one",
        file="services/state/session_store.py",
        old="IntentKind.ANSWER and outcome is not Outcome.REFUSED:",
        new="IntentKind.ANSWER:",
        tests=(f"{LINES}::test_an_answer_that_failed_settles_nothing_it_did_not",),
    ),
    Break(
        promise="A question's last minute is always told",
        mistake="not while it is quiet",
        file="services/questions/urgency.py",
        old="return self.quiet_until_ms is None or self.is_last_minute(question)",
        new="return self.quiet_until_ms is None",
        tests=(f"{NOTIFIER}::test_quiet_holds_back_all_but_the_last_minute",),
    ),
    Break(
        promise="The keychain keeps no password that nothing lists",
        mistake="it is listed once it was saved",
        file="features/saved_logins/logins.py",
        old="        if is_new:\n            self._list(login, is_saved=True)\n",
        new="",
        tests=(
            "tests/features/saved_logins/test_logins.py::test_no_password_is_kept_that_nothing_lists",
        ),
    ),
    Break(
        promise="Remove in Settings removes the login that was chosen",
        mistake="a click counts for a row that has just come below it",
        file="features/saved_logins/settings.py",
        old="if has_stood and not",
        new="if not",
        tests=(
            "tests/features/saved_logins/test_settings.py::test_a_row_that_moves_stays_the_one_that_was_chosen",
        ),
    ),
    Break(
        promise="In the main window a question's buttons act once that stood still, too",
        mistake="what moves the window around it disarms nothing",
        file="ui/questions/click_guard.py",
        old="            outer.installEventFilter(self)\n",
        new="            pass\n",
        tests=(f"{PLACES}::test_what_moves_the_window_around_it_disarms[window]",),
    ),
    Break(
        promise="Ctrl+Del in a field of an answer is about its words",
        mistake="it terminates the selected session",
        file="ui/widgets/inputs.py",
        old="        event.accept()\n    return is_ours\n",
        new="        event.ignore()\n    return False\n",
        tests=(f"{PLACES}::test_its_keys_are_those_of_its_fields_and_no_others",),
    ),
)
