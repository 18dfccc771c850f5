"""Breaks of safeguards that no page names, or names with others in one sentence."""

from tests.mutations.runner import Break

MEMORY = "tests/app/test_private_memory.py"
FOREIGN = "tests/services/monitor/test_foreign_answers.py"
RESULT_VIEW = "tests/ui/result/test_view.py"
UNDO = "tests/services/test_undo.py"
STARTER = "tests/services/queue/test_starter.py"
LIVE_ROWS = "tests/ui/sessions/test_live_rows.py"
EXPORTS = "tests/features/exports/test_exports.py"
EXPORT = "tests/features/exports/test_exporter.py"
FOCUS = "tests/ui/test_focus.py"
QUESTION = "tests/ui/questions/test_dialog.py"
ON_THE_ROW = "Focus returns to the row worked on and falls on nothing that ends something"
LAST_FIELD = "Enter in a question's last field sends"
DELETION = "tests/features/deletion/test_dialog.py"
SEVERAL = "tests/ui/main_window/test_several_tasks.py"
VERSIONS = "tests/store/ledger/test_versions.py"
WAITED = "waited_s is how long all questions of a task waited, as far as that was counted"
SELECTION = "What is done with several tasks is done with those that are selected and shown"

SAFEGUARDS = (
    Break(
        promise="A click meant for Answer starts no queue",
        mistake="what has just taken its place acts at once",
        file="ui/questions/strip.py",
        old=" and stood_ms >= ARM_MS",
        new="",
        tests=("tests/ui/questions/test_strip.py::test_a_click_meant_for_answer_starts_no_queue",),
    ),
    Break(
        promise="What today cost is never 0 where it is unknown",
        mistake="it is",
        file="ui/main_window/money_figure.py",
        old="    if not known:\n",
        new="    if False:\n",
        tests=(
            "tests/ui/main_window/test_money_figure.py::test_it_says_what_today_cost_and_never_0_for_what_is_unknown",
        ),
    ),
    Break(
        promise="An error of unknown fate that names its session makes it possible to end it",
        mistake="its id is dropped by who starts",
        file="services/queue/start_reply.py",
        old="kind=Kind.UNKNOWN, session_id=error.session_id)",
        new="kind=Kind.UNKNOWN)",
        tests=(f"{STARTER}::test_one_whose_error_names_its_browser_can_be_ended",),
    ),
    Break(
        promise="An error of unknown fate that names its session makes it possible to end it",
        mistake="its id is dropped by who reads the error",
        file="api/wire/error_responses.py",
        old='        error.session_id = body.id("sessionId")\n',
        new="        pass\n",
        tests=("tests/contract/test_bodies.py",),
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
        old="                if self.is_unused(session.key):\n",
        new="                if False:\n",
        tests=(f"{STARTER}::test_stopped_before_it_is_refused_it_is_not_tried_again",),
    ),
    Break(
        promise="An unused session is closed, however often that fails",
        mistake="a Terminate that failed is not tried again",
        file="services/queue/starter.py",
        old="        if session is not None and not session.close_after:\n"
        "            await self._store.update(replace(session, close_after=True))\n",
        new="",
        tests=(f"{STARTER}::test_an_unused_browser_whose_terminate_was_refused_is_closed_later",),
    ),
    Break(
        promise="An unused session is closed, however often that fails",
        mistake="not by the next run, where its task was removed",
        file="services/queue/starter.py",
        old="            await self._let_close(session_key)\n"
        "            await self._commands.terminate(session_key)\n",
        new="            await self._commands.terminate(session_key)\n",
        tests=(f"{STARTER}::test_one_whose_task_was_removed_is_closed_by_the_next_run",),
    ),
    Break(
        promise="An unused session is closed, however often that fails",
        mistake="not where a kill comes between its task's refusal and its Terminate",
        file="services/queue/starter.py",
        old="        await self._let_close(session_key)  # before its task has failed",
        new="        pass  # before its task has failed",
        tests=(
            "tests/services/queue/test_refused_for_now.py::test_killed_at_any_moment_the_browser_of_a_task_that_failed_is_closed",
        ),
    ),
    Break(
        promise="Costs that a full disk kept back are written once it has room",
        mistake="they are forgotten",
        file="services/state/session_store.py",
        old="            self._dirty |= dirty\n",
        new="",
        tests=(
            "tests/services/state/test_session_store.py::test_figures_that_a_full_disk_keeps_back_are_written_once_it_has_room",
        ),
    ),
    Break(
        promise="An answer goes to the question for which it was given",
        mistake="no second look once the ledger has written (by REST)",
        file="services/questions/answers.py",
        old="        if not is_open():\n"
        "            return await self._too_late(intent)\n"
        "        if answer.verb is AnswerVerb.STOP",
        new="        if answer.verb is AnswerVerb.STOP",
        tests=("tests/services/questions/test_answers.py",),
    ),
    Break(
        promise="An answer goes to the question for which it was given",
        mistake="no second look once the ledger has written (by the channel)",
        file="services/questions/answers.py",
        old="        if not is_open():\n"
        "            return await self._too_late(intent)\n"
        "        try:\n            observation = await self._live",
        new="        try:\n            observation = await self._live",
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
        promise="No other program reads the memory of this one",
        mistake="it may be traced",
        file="__main__.py",
        old="    ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)\n",
        new="    del ctypes, pr_set_dumpable\n",
        tests=(MEMORY,),
    ),
    Break(
        promise="The log is readable by its user alone",
        mistake="by all",
        file="runtime/logging_setup.py",
        old="opener = partial(os.open, mode=0o600)",
        new="opener = partial(os.open, mode=0o644)",
        tests=("tests/runtime/test_logging_setup.py::test_only_this_user_may_read_it",),
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
        promise="The reply to a command that names another session answers another call",
        mistake="it is taken for the reply",
        file="api/wire/responses.py",
        old='    if body is not None and body.id("sessionId") not in {None, session_id}:\n',
        new="    if False:\n",
        tests=("tests/contract/test_bodies.py",),
    ),
    Break(
        promise="An end that names a session of nobody ends none of ours",
        mistake="it ends the one whose channel told it",
        file="core/attribution.py",
        old="(K.OF_STRANGER, Do.DROP), ",
        new="",
        tests=(
            "tests/services/live/test_foreign_ids.py::test_what_is_of_another_session_changes_nothing_here",
        ),
    ),
    Break(
        promise="The username of a login is no secret",
        mistake="its question makes it one",
        file="services/questions/inbox.py",
        old="            elif secrets is None:\n                secrets = secrets_in(text, question.kind)\n",
        new="            else:\n                secrets = [*(secrets or ()), *secrets_in(text, question.kind)]\n",
        tests=("tests/services/test_secret_answers.py::test_the_username_of_a_login_is_none",),
    ),
    Break(
        promise="No reply costs much memory",
        mistake="a body grows as far as its encoding goes",
        file="api/client.py",
        old="stream.decompress(answer.body, MAX_BODY_BYTES)",
        new="stream.decompress(answer.body)",
        tests=("tests/api/test_client_bodies.py::test_no_reply_costs_much_memory",),
    ),
    Break(
        promise="No reply costs much memory",
        mistake="a body without end is collected",
        file="api/client.py",
        old="        if len(body) > MAX_BODY_BYTES:\n",
        new="        if False:\n",
        tests=("tests/api/test_client_faults.py::test_a_body_without_end_is_not_collected",),
    ),
    Break(
        promise="A reply that is given up half-way leaves no socket open",
        mistake="nobody closes its generator",
        file="runtime/event_loop.py",
        old="        sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)\n",
        new="",
        tests=("tests/runtime/test_event_loop.py::test_a_generator_that_is_given_up_is_closed",),
    ),
    Break(
        promise='One "not found" told to a command gives no task up',
        mistake="it is lost as soon as the channel is gone, too",
        file="core/attribution.py",
        old="    is_over = session.terminate_sent_ms is not None if was_closed else not at.is_up\n",
        new="    is_over = was_closed or not at.is_up\n",
        tests=(
            "tests/services/monitor/test_housekeeping_live.py::test_of_a_session_that_was_not_found_once_nobody_knows",
        ),
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
        promise="What is not known yet is shown as not known",
        mistake="the cost of the last poll is what an ended task came to",
        file="core/reducer.py",
        old="    if _REPORTS.get(observation.kind) is status and observation.usage.cost is None:\n",
        new="    if False:\n",
        tests=(
            "tests/core/test_reducer.py::test_the_cost_of_the_last_poll_is_not_what_it_came_to",
        ),
    ),
    Break(
        promise="A result that is not as it was asked for is shown with the doubt",
        mistake="the doubt is not said",
        file="ui/result/view.py",
        old="        show_text(self.doubt, self.result.doubt)\n",
        new="",
        tests=(f"{RESULT_VIEW}::test_what_cannot_be_read_is_shown_as_text",),
    ),
    Break(
        promise="The reply that names a session is kept without that name",
        mistake="it is known to who redacts only once that reply was kept",
        file="services/state/session_store.py",
        old="            self._know_id(intent.session.key, observation.session_id)\n",
        new="            pass\n",
        tests=("tests/services/state/test_session_store.py",),
    ),
    Break(
        promise="A start that was dismissed and restored is waited for as before",
        mistake="its browser stays closed (assumed), and frees a place that it may take",
        file="core/transitions.py",
        old="{P.CLOSED_ASSUMED: P.UNCONFIRMED, ",
        new="{",
        tests=(f"{UNDO}::test_a_start_that_is_brought_back_is_watched_as_before",),
    ),
    Break(
        promise="What is brought back is only what the person removed",
        mistake="what the service or a Terminate stopped is queued again, too",
        file="core/reducer.py",
        old='only_by_us = task.code == "TAKEN_BACK"',
        new="only_by_us = True",
        tests=("tests/core/test_reducer.py::test_what_is_known_by_more_than_the_person_stays",),
    ),
    Break(
        promise="The end of the program leaves nothing of an export",
        mistake="what was written so far gets the name",
        file="features/exports/exports.py",
        old="                    raise InterruptedError\n",
        new="                    break\n",
        tests=(f"{EXPORTS}::test_the_end_of_the_program_leaves_nothing",),
    ),
    Break(
        promise="Nothing of an export that failed stays",
        mistake="its temporary file does",
        file="features/exports/exports.py",
        old="            finally:\n                new.discard()\n",
        new="            finally:\n                del new\n",
        tests=(f"{EXPORTS}::test_a_disk_that_refuses_leaves_nothing",),
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
        promise="An export is one snapshot",
        mistake="each batch is as the ledger is then",
        file="store/ledger/task_snapshot.py",
        old='            self._connection.execute("BEGIN")\n',
        new="",
        tests=(f"{EXPORTS}::test_it_is_one_snapshot",),
    ),
    Break(
        promise="The rows that are exported are those of the click",
        mistake="those of the moment in which a file was chosen are",
        file="features/exports/exporter.py",
        old="keys, filters = tuple(keys), format_filters()",
        new="filters = format_filters()",
        tests=(f"{EXPORT}::test_what_is_shown_is_exported_in_its_order",),
    ),
    Break(
        promise="The rows that are exported are those of the click",
        mistake="all are exported, whatever was chosen",
        file="features/exports/feature.py",
        old="exporter.ask(tasks.selected_keys())",
        new="exporter.ask(tasks.rows.keys())",
        tests=(f"{EXPORT}::test_what_is_selected_is_exported_from_top_to_bottom",),
    ),
    Break(
        promise="No cell goes on showing in part what was before",
        mistake="a cell painted last counts, not the first",
        file="ui/widgets/table/model.py",
        old="self._painted.setdefault(key, {}).setdefault(column, cell)",
        new="self._painted.setdefault(key, {})[column] = cell",
        tests=(f"{LIVE_ROWS}::test_what_was_painted_in_part_before_it_was_told_is_told",),
    ),
    Break(
        promise=ON_THE_ROW,
        mistake="in a dialog it goes on to what ends something",
        file="ui/widgets/dialog.py",
        old="while has_lost and moved and",
        new="while False and",
        tests=(f"{FOCUS}::test_each_window_can_be_used_by_keys_alone",),
    ),
    Break(
        promise=LAST_FIELD,
        mistake="also before the dialog has stood still",
        file="ui/questions/dialog.py",
        old="self._forms.filled.connect(self._press_send)",
        new="self._forms.filled.connect(self._send)",
        tests=(f"{QUESTION}::test_enter_in_the_last_field_waits_until_it_is_armed",),
    ),
    Break(
        promise=LAST_FIELD,
        mistake="one that is held down since the field before, too",
        file="ui/widgets/inputs.py",
        old="        if not (is_enter and event.isAutoRepeat()):\n",
        new="        if True:\n",
        tests=(f"{QUESTION}::test_enter_in_the_last_field_waits_until_it_is_armed",),
    ),
    Break(
        promise=SELECTION,
        mistake="those that the filter hides are deleted, too",
        file="features/deletion/feature.py",
        old="    keys = window.selection.tasks.selected_keys()\n",
        new="    keys = list(window.selection.subject.tasks)\n",
        tests=(f"{DELETION}::test_what_was_selected_and_shown_at_the_click_goes_and_no_other",),
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
        promise="A row whose task was deleted goes at once, and never comes back",
        mistake="an answer that was on its way brings it back",
        file="services/task_search.py",
        old="        keys = self._store.not_deleted(keys)\n",
        new="",
        tests=(
            "tests/features/deletion/test_deletions.py::test_an_answer_that_was_on_its_way_brings_nothing_back",
        ),
    ),
    Break(
        promise="Nothing is saved or exported beside the ledger",
        mistake="its folder is like any other",
        file="store/new_file.py",
        old="if (self._folder / LOCK_NAME).exists():",
        new="if not self._folder.exists():",
        tests=(f"{EXPORTS}::test_nothing_is_made_beside_a_ledger",),
    ),
    Break(
        promise=SELECTION,
        mistake="it is done with those that are selected as it is confirmed",
        file="ui/main_window/menus.py",
        old="app_actions.run_several_again(keys)",
        new="app_actions.run_several_again(self._selection.tasks.selected_keys())",
        tests=(f"{SEVERAL}::test_what_hides_between_click_and_confirmation_is_meant_all_the_same",),
    ),
    Break(
        promise="Several tasks are run again once for one confirmation",
        mistake="a second click runs them once more",
        file="ui/new_task/run_again.py",
        old="            self._able = []  # asked once, started once\n",
        new="",
        tests=(f"{SEVERAL}::test_what_hides_between_click_and_confirmation_is_meant_all_the_same",),
    ),
    Break(
        promise="A cost is copied as it was told, every digit",
        mistake="it is copied as it is shown",
        file="ui/text/cells.py",
        old="        return self.copied or self.text\n",
        new="        return self.text\n",
        tests=(f"{SEVERAL}::test_a_cell_is_copied_whole_and_of_several_rows_the_results",),
    ),
    Break(
        promise=WAITED,
        mistake="what an earlier version did not count is 0",
        file="store/ledger/schema.py",
        old='    "UPDATE tasks SET waited_ms = NULL WHERE question_n > 0",\n',
        new="",
        tests=(f"{VERSIONS}::test_a_ledger_of_version_2_is_brought_along_with_all_its_rows",),
    ),
)
