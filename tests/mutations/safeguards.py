"""Breaks of safeguards that no page names, or names with others in one sentence."""

from tests.mutations.runner import Break

MEMORY = "tests/app/test_private_memory.py"
STARTER = "tests/services/queue/test_starter.py"

SAFEGUARDS = (
    Break(
        promise="An error of unknown fate that names its session makes it possible to end it",
        mistake="its id is dropped by who starts",
        file="services/queue/starter.py",
        old="kind=Kind.UNKNOWN, session_id=error.session_id)",
        new="kind=Kind.UNKNOWN)",
        tests=(f"{STARTER}::test_a_start_of_unknown_fate_whose_error_names_it_can_be_ended",),
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
        mistake="a Terminate that failed is not tried again (its task was refused)",
        file="services/queue/starter.py",
        old="            # close_after makes Housekeeping try again if this Terminate should fail.\n"
        "            await self._store.update(replace(session, close_after=True))\n",
        new="",
        tests=(f"{STARTER}::test_an_unused_session_whose_terminate_failed_is_closed_later",),
    ),
    Break(
        promise="An unused session is closed, however often that fails",
        mistake="a Terminate that failed is not tried again (its task was taken back)",
        file="services/queue/starter.py",
        old="        if session is not None and not session.is_ended:\n"
        "            await self._store.update(replace(session, close_after=True))\n",
        new="        if session is not None and not session.is_ended:\n",
        tests=(f"{STARTER}::test_an_idle_session_whose_terminate_failed_is_closed_later",),
    ),
    Break(
        promise="An answer goes to the question for which it was given",
        mistake="no look whether it is still open, before it is sent",
        file="services/questions/inbox.py",
        old="            await self._check(key)\n",
        new="",
        tests=(
            "tests/services/queue/test_unknown_outcomes.py::test_no_answer_goes_to_a_question_that_is_no_longer_open[up]",
        ),
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
        old="        if observation.kind is Kind.FAILED and observation.code:",
        new="        if False:",
        tests=("tests/services/state/test_redaction.py",),
    ),
)
