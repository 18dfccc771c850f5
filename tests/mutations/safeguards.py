"""Breaks of safeguards, most of which no page names."""

from tests.mutations.runner import Break

MEMORY = "tests/app/test_private_memory.py"
FOREIGN = "tests/services/monitor/test_foreign_answers.py"
STARTER = "tests/services/queue/test_starter.py"
QUESTION = "tests/ui/questions/test_dialog.py"
LAST_FIELD = "Enter in a question's last field sends"
DELETION = "tests/features/deletion/test_dialog.py"
SEVERAL = "tests/ui/main_window/test_several_tasks.py"
AMOUNTS = "tests/core/questions/test_amounts.py"
FORMS = "tests/ui/questions/test_forms.py"
RECOVERY = "tests/services/test_recovery.py"
NO_BLANK_CHEQUE = "A purchase is approved up to its total, or an amount that was typed"
ACCOUNT = "tests/services/test_account.py"
IN_MEMORY = "A key in memory is used for its own address, until another takes its place"
READING = "tests/ui/result/test_reading.py"
LOADS_NOTHING = "Markdown loads nothing"
LINKS = "A link is opened when its host was shown and confirmed, and only one of the web"

SAFEGUARDS = (
    Break(
        promise="An error of unknown fate that names its session makes it possible to end it",
        mistake="its id is dropped by who starts",
        file="services/queue/start_reply.py",
        old="kind=Kind.UNKNOWN, session_id=error.session_id)",
        new="kind=Kind.UNKNOWN)",
        tests=(f"{STARTER}::test_one_whose_error_names_its_browser_can_be_ended",),
    ),
    Break(
        promise="A task that was stopped before its start was refused is not started again",
        mistake="it is",
        file="services/queue/starter.py",
        old="        if fact.kind is Kind.BACK_IN_QUEUE and (is_ending or is_stopped):",
        new="        if fact.kind is Kind.BACK_IN_QUEUE and is_ending:",
        tests=(f"{STARTER}::test_stopped_before_it_is_refused_it_is_not_tried_again",),
    ),
    Break(
        promise="An unused session is closed, however often that fails",
        mistake="not one whose task was stopped before its start was refused",
        file="services/queue/starter.py",
        old="            if self.is_unused(session.key):\n",
        new="            if False:\n",
        tests=(f"{STARTER}::test_stopped_before_it_is_refused_it_is_not_tried_again",),
    ),
    Break(
        promise="An answer goes to the question for which it was given",
        mistake="no second look once the ledger has written",
        file="services/questions/answers.py",
        old="        if not is_open():\n"
        "            return await self._too_late(intent)\n"
        "        if answer.verb is AnswerVerb.STOP",
        new="        if answer.verb is AnswerVerb.STOP",
        tests=("tests/services/questions/test_answers.py",),
    ),
    Break(
        promise="No other program reads the memory of this one",
        mistake="core dumps are written",
        file="__main__.py",
        old="resource.setrlimit(resource.RLIMIT_CORE, (0, ",
        new="resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, ",
        tests=(MEMORY,),
    ),
    Break(
        promise="A failure's code is redacted as its words are",
        mistake="it is not",
        file="services/state/redaction.py",
        old="            code=redact(code) if code and code not in OWN_CODES else code,\n",
        new="            code=code,\n",
        tests=(
            "tests/services/state/test_redaction_filter.py::test_each_text_of_each_kind_of_fact_is_redacted",
        ),
    ),
    Break(
        promise="A report with the ids of another task or session of ours is asked for again",
        mistake="it is used",
        file="services/monitor/poller.py",
        old="        if is_of_other(self._store, observation, session, task):\n",
        new="        if False:\n",
        tests=(f"{FOREIGN}::test_whose_ids_an_answer_names_decides_what_becomes_of_it",),
    ),
    Break(
        promise="An end that names a session of nobody ends none of ours",
        mistake="it ends the one whose channel told it",
        file="services/live/event_router.py",
        old="        if is_strange and observation.kind is Kind.SESSION_ENDED:\n",
        new="        if False:\n",
        tests=(
            "tests/services/live/test_event_router.py::test_what_is_of_another_session_changes_nothing_here",
        ),
    ),
    Break(
        promise="An answer takes back the Stop of its task, in the next run, too",
        mistake="one that is being sent stays open in the ledger",
        file="services/commands/commands.py",
        old="            await self._sender.forget(stop)\n",
        new="            pass\n",
        tests=("tests/services/questions/test_answers.py",),
    ),
    Break(
        promise="What nobody would find again is not written",
        mistake="a ledger that lost its place is written on",
        file="store/ledger/database.py",
        old="            self._check_place()\n",
        new="",
        tests=(
            "tests/store/ledger/test_files.py::test_what_nobody_would_find_again_is_not_written",
        ),
    ),
    Break(
        promise="One program at a time uses a data folder",
        mistake="a new file of the lock is lock enough",
        file="desktop/single_instance.py",
        old="            if answer is _Answer.NOBODY:\n                return lock\n",
        new="            return lock\n",
        tests=(
            "tests/desktop/test_single_instance.py::test_a_lock_whose_file_was_deleted_is_a_lock",
        ),
    ),
    Break(
        promise="What is exported or saved takes no file's place",
        mistake="it takes that of one that is there",
        file="store/new_file.py",
        old="target = self._reserve()",
        new="target = self._folder / self._name",
        tests=("tests/store/test_new_file.py",),
    ),
    Break(
        promise=LAST_FIELD,
        mistake="also before the dialog has stood still",
        file="ui/questions/dialog.py",
        old="self.page.filled.connect(self._press_send)",
        new="self.page.filled.connect(self._send)",
        tests=(f"{QUESTION}::test_enter_in_the_last_field_waits_until_it_is_armed",),
    ),
    Break(
        promise="Nothing is deleted before a word was typed for it",
        mistake="any word will do",
        file="features/deletion/dialog.py",
        old="is_meant = self.field.text().strip().casefold() == _word().casefold()",
        new="is_meant = bool(self.field.text())",
        tests=(f"{DELETION}::test_it_says_what_goes_and_what_stays_and_wants_a_word",),
    ),
    Break(
        promise="Several tasks are run again once for one confirmation",
        mistake="a second click runs them once more",
        file="ui/new_task/run_again.py",
        old="        self.verb_button.setEnabled(False)  # asked once, started once\n",
        new="",
        tests=(f"{SEVERAL}::test_what_hides_between_click_and_confirmation_is_meant_all_the_same",),
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
        mistake="it is approved as soon as the question comes",
        file="ui/questions/forms/choices.py",
        old="        self._problems.addWidget(problem)\n",
        new="        self.choices[0].button.setChecked(True)\n",
        tests=(f"{FORMS}::test_a_purchase_is_approved_up_to_its_total",),
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
        promise=IN_MEMORY,
        mistake="it is used for another address",
        file="services/account.py",
        old='        return key if base_url == self.base_url else ""\n',
        new="        return key\n",
        tests=(f"{ACCOUNT}::test_a_key_in_memory_is_there_again_when_its_address_is",),
    ),
    Break(
        promise=LOADS_NOTHING,
        mistake="images stay in it, and Qt reads those that lie on this computer",
        file="ui/result/reading.py",
        old="            _replace_images(document)\n",
        new="",
        tests=(f"{READING}::test_no_picture_is_loaded_wherever_it_lies",),
    ),
    Break(
        promise=LINKS,
        mistake="it is opened at once",
        file="ui/result/reading.py",
        old="        self.show()\n        self.keep_closed.setFocus",
        new="        self._open()\n        self.keep_closed.setFocus",
        tests=(f"{READING}::test_a_link_is_opened_after_its_host_was_shown",),
    ),
)
