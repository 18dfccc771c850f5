"""Breaks of safeguards that no page names, or names with others in one sentence."""

from tests.mutations.runner import Break

MEMORY = "tests/app/test_private_memory.py"
FOREIGN = "tests/services/monitor/test_foreign_answers.py"
STARTER = "tests/services/queue/test_starter.py"

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
        promise="An error of unknown fate that names its session makes it possible to end it",
        mistake="its id is dropped by who reads the error",
        file="api/wire/error_responses.py",
        old='        error.session_id = body.id("sessionId")\n',
        new="        pass\n",
        tests=("tests/contract/test_bodies.py",),
    ),
    Break(
        promise="An unused session is closed, however often that fails",
        mistake="a Terminate that failed is not tried again",
        file="services/queue/starter.py",
        old="            # close_after makes Housekeeping try again if this Terminate should fail.\n"
        "            await self._store.update(replace(session, close_after=True))\n",
        new="",
        tests=(f"{STARTER}::test_an_unused_browser_whose_terminate_was_refused_is_closed_later",),
    ),
    Break(
        promise="An answer goes to the question for which it was given",
        mistake="no look whether it is still open, before it is sent",
        file="services/questions/inbox.py",
        old="            await self._check(question)\n",
        new="",
        tests=("tests/services/questions/test_answers.py",),
    ),
    Break(
        promise="An answer goes to the question for which it was given",
        mistake="no second look once the ledger has written (by REST)",
        file="services/questions/answers.py",
        old="        if not is_open():\n"
        "            return await self._too_late(intent)\n"
        "        ending, owner",
        new="        ending, owner",
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
        promise="The socket of the first program obeys its user alone",
        mistake="whoever connects is heard",
        file="desktop/single_instance.py",
        old="    return bool(user == os.getuid())",
        new="    return bool(user >= 0)",
        tests=("tests/desktop/test_single_instance.py::test_another_user_is_sent_away",),
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
        old="        return code if not code or code in OWN_CODES else self._redactor.redact(code)",
        new="        return code",
        tests=(
            "tests/services/state/test_redaction_filter.py::test_each_text_of_each_kind_of_fact_is_redacted",
        ),
    ),
    Break(
        promise="A report with ids of another task of this ledger is never used",
        mistake="it is used the third time",
        file="services/monitor/foreign_answers.py",
        old="or await self._is_known(session, task, answer):",
        new="or session.is_final:",
        tests=(f"{FOREIGN}::test_whose_ids_an_answer_names_decides_what_becomes_of_it",),
    ),
    Break(
        promise="A report with ids that nobody knows is asked for again, and shown with the doubt",
        mistake="it is used at once, without a doubt",
        file="services/monitor/foreign_answers.py",
        old="        if session_id is None and task_id is None:\n",
        new="        if True:\n",
        tests=(f"{FOREIGN}::test_whose_ids_an_answer_names_decides_what_becomes_of_it",),
    ),
    Break(
        promise="A report with ids that nobody knows is asked for again, and shown with the doubt",
        mistake="it is never used: a result that was paid for is lost",
        file="services/monitor/foreign_answers.py",
        old="        if self._count(task.key, answer) < EQUAL_ANSWERS:\n",
        new="        if True:\n",
        tests=(f"{FOREIGN}::test_whose_ids_an_answer_names_decides_what_becomes_of_it",),
    ),
    Break(
        promise="What is in doubt is in no sum",
        mistake="it is",
        file="core/models.py",
        old="is_sane(cost) and not self.is_doubted else None",
        new="is_sane(cost) else None",
        tests=(f"{FOREIGN}::test_no_sum_holds_what_is_in_doubt_until_it_is_not",),
    ),
    Break(
        promise="A report in doubt proves nothing about its session",
        mistake="it does",
        file="core/reducer.py",
        old="    if observation.is_doubted:  # of a session it proves nothing\n        return session, new_task\n",
        new="",
        tests=("tests/core/test_reducer.py::test_a_doubted_report_proves_nothing_of_the_session",),
    ),
    Break(
        promise="The reply to a start that names another session or task of ours answers another call",
        mistake="it is taken for the reply",
        file="services/queue/start_reply.py",
        old="    if _is_of_other(store, intent, reply):\n",
        new="    if False:\n",
        tests=("tests/services/queue/test_start_reply.py",),
    ),
    Break(
        promise="No reply costs much memory",
        mistake="a body grows as far as its encoding goes",
        file="api/wire/content_encoding.py",
        old="            if room < 0:\n",
        new="            if False:\n",
        tests=("tests/api/test_content_encoding.py",),
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
        promise="A reply that cannot be decoded proves nothing",
        mistake="its status alone does",
        file="api/wire/error_responses.py",
        old="    error.nothing_happened = False\n",
        new="",
        tests=(
            "tests/api/test_client_bodies.py::test_what_cannot_be_decoded_proves_nothing_whatever_its_status",
        ),
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
        promise="A question of which it is not known who asks is said to be none of a task's",
        mistake="it is shown as the next task's",
        file="services/state/unnamed.py",
        old="    return any(_may_be_at_work(other) for other in tasks if other.key != task.key)",
        new="    return False",
        tests=("tests/services/live/test_unknown_askers.py",),
    ),
    Break(
        promise='One "not found" told to a command gives no task up',
        mistake="it is lost as soon as the channel is gone, too",
        file="services/monitor/housekeeping.py",
        old="        is_over = session.terminate_sent_ms is not None if was_closed else not is_up\n",
        new="        is_over = was_closed or not is_up\n",
        tests=(
            "tests/services/monitor/test_housekeeping_live.py::test_of_a_session_that_was_not_found_once_nobody_knows",
        ),
    ),
)
