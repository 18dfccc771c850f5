"""Breaks of what is promised of money and of starts."""

from tests.mutations.runner import Break

COMMANDS = "tests/services/commands"
MISSING = "tests/services/monitor/test_missing_tasks.py"
REDUCER = "tests/core/test_reducer.py"
REFUSED = "tests/services/queue/test_refused_for_now.py"
DIALECT = "tests/services/queue/test_other_dialect.py"
STARTER = "tests/services/queue/test_starter.py"
DURABLE = f"{COMMANDS}/test_durable_commands.py"
IN_QUEUE = "Tasks with no browser, no call or no money available stay in the queue"
KEPT = "Without a connection they wait, even through a quit or a kill, and are sent when it is back"
NOT_WHOLE = "A task with a field that its dialect lacks is not sent without it"
TRIED_AGAIN = "A call that was certainly refused is tried again only where that can help"
TEXT = "tests/services/queue/test_opening_text.py"
UNUSED = "A browser that took no task, and that no task is waiting for, is closed"
ONE_PROGRAM = "One program at a time uses a data folder"
CAPS = "tests/services/test_caps.py"
DAY_CAP = "At the cap of a day nothing more is started, whatever was queued before"
NOT_ZERO = (
    'A figure that is not known yet is shown as "…", one that was never reported as "unknown"'
)

MONEY = (
    Break(
        promise="whatever was queued before",
        mistake="it is looked at when a task is queued, not when it is sent",
        file="services/queue/starter.py",
        old="        if not self.day_cap.is_reached():",
        new="        if True:",
        tests=("tests/services/test_caps.py",),
    ),
    Break(
        promise="it is terminated rather than left to cost money",
        mistake="it is taken for closed",
        file="services/queue/scheduler.py",
        old="                await self._first_tasks.close(task)\n                doubted",
        new="                doubted",
        tests=("tests/services/queue/test_refused_for_now.py",),
    ),
    Break(
        promise='counts as "nothing happened"',
        mistake="also where the body names an id",
        file="api/wire/error_responses.py",
        old="    if _names_an_id(answer.body, body):\n        return False\n",
        new="",
        tests=("tests/api/test_gateways.py", "tests/contract/test_bodies.py"),
    ),
    Break(
        promise=IN_QUEUE,
        mistake="without a browser they are sent",
        file="services/queue/blockers.py",
        old="        if open_now >= gate.limit:",
        new="        if False:",
        tests=(f"{STARTER}::test_without_a_free_place_a_task_waits_and_says_so",),
    ),
    Break(
        promise="no money available stay in the queue",
        mistake="a 402 fails the task",
        file="services/retry_policy.py",
        old="    402: FailureKind.FUNDS,\n",
        new="",
        tests=("tests/services/queue/test_start_gate.py",),
    ),
    Break(
        promise=KEPT,
        mistake="without a connection they fail",
        file="services/commands/command.py",
        old="return Reaction(why=WaitReason.CONNECTION, wait_ms=wait) if kept else None",
        new="return None",
        tests=(f"{DURABLE}::test_it_is_kept_and_tried_until_it_is_delivered",),
    ),
    Break(
        promise="Until then you can take them back",
        mistake="what was taken back is sent by the next run",
        file="services/commands/delivery.py",
        old="            await self._settle(command, outcome, Observation(kind=Kind.DELIVERED))\n",
        new="",
        tests=(f"{DURABLE}::test_what_was_taken_back_is_not",),
    ),
    Break(
        promise=TRIED_AGAIN,
        mistake="what the service will never take is kept in the queue",
        file="services/queue/scheduler.py",
        old="_FAILS = frozenset({FailureKind.FAIL, ",
        new="_FAILS = frozenset({",
        tests=(f"{STARTER}::test_a_start_that_is_refused_for_good_is_not_tried_again",),
    ),
    Break(
        promise="Run in a new session first sends a Terminate to a session whose end is only assumed",
        mistake="an assumed end is enough",
        file="services/queue/starter.py",
        old="        return session.is_ended and (session.service_id is None or not has_key)\n",
        new="        return session.is_ended\n",
        tests=(f"{REFUSED}::test_one_whose_end_is_but_assumed_is_closed_before_another_is_opened",),
    ),
    Break(
        promise="unless another task may be running in it",
        mistake="that task is ended",
        file="services/queue/starter.py",
        old="        if any(not other.is_final and other.status is not TaskStatus.QUEUED for other in others):",
        new="        if False:",
        tests=(f"{REFUSED}::test_one_in_which_another_task_may_be_at_work_is_left_to_that",),
    ),
    Break(
        promise="When a second browser within ten minutes takes no task, no more tasks are started until you click Go on.",
        mistake="browsers are opened without end",
        file="services/queue/blockers.py",
        old="            self.pause_reason = PauseReason.UNTAKEN\n",
        new="            pass\n",
        tests=(f"{REFUSED}::test_the_second_time_within_ten_minutes_the_queue_pauses_until_go_on",),
    ),
    Break(
        promise="is asked once more with one",
        mistake="it is tried again and again",
        file="services/queue/starter.py",
        old="        if opens and not intent.used and wants_text(",
        new="        if opens and wants_text(",
        tests=(f"{TEXT}::test_what_it_refuses_all_the_same_has_failed",),
    ),
    Break(
        promise=NOT_WHOLE,
        mistake="it is sent without it where the dialect was chosen a moment ago",
        file="services/queue/starter.py",
        old="        is_whole = not unsupported_fields(task.spec, self._account.rules)\n",
        new="        is_whole = True\n",
        tests=(
            f"{DIALECT}::test_a_dialect_that_is_chosen_as_it_is_about_to_be_sent_holds_it_back",
        ),
    ),
    Break(
        promise=UNUSED,
        mistake="not one whose tasks were all taken out of the queue",
        file="services/queue/task_queue.py",
        old="{key for key in owners if await self._scheduler.close_unused(key)}",
        new="set[int]()",
        tests=(f"{REFUSED}::test_one_whose_only_task_is_taken_out_of_the_queue_is_closed",),
    ),
    Break(
        promise='A terminated session is "Closed (assumed)" until the service proves its end.',
        mistake="a delivered Terminate is its end",
        file="core/transitions.py",
        old="{P.OPEN, P.CONNECTION_LOST, P.UNCONFIRMED, P.EXPIRED_ASSUMED}, P.CLOSED_ASSUMED",
        new="{P.OPEN, P.CONNECTION_LOST, P.UNCONFIRMED, P.EXPIRED_ASSUMED}, P.ENDED_BY_YOU",
        tests=(f"{REDUCER}::test_a_delivered_terminate_is_believed_for_a_while_only",),
    ),
    Break(
        promise=NOT_ZERO,
        mistake="a cost that nobody told is 0",
        file="ui/text/money.py",
        old="    if amount is not None:\n        return format_money(amount)\n",
        new="    if True:\n        return format_money(amount or Decimal(0))\n",
        tests=(
            "tests/ui/text/test_money.py::test_money_that_was_not_told_is_never_zero",
            "tests/ui/sessions/test_live_rows.py::test_a_cost_that_nobody_told_is_not_nothing",
        ),
    ),
    Break(
        promise='A figure that can\'t be right (negative, or more than a million) has a "?" and is in '
        "no total.",
        mistake="it is in sums",
        file="core/money.py",
        old="for amount in amounts if is_sane(amount)",
        new="for amount in amounts if amount.is_finite()",
        tests=("tests/core/test_money.py",),
    ),
    Break(
        promise="both are off until set",
        mistake="a task may cost a dollar",
        file="store/settings.py",
        old="    cap_per_task: Decimal | None = None\n",
        new="    cap_per_task: Decimal | None = Decimal(1)\n",
        tests=("tests/store/test_settings.py::test_a_cap_may_be_written_as_a_number",),
    ),
    Break(
        promise=DAY_CAP,
        mistake="it starts while a last figure is less or not there yet",
        file="services/spending.py",
        old="        return self._reached == this\n",
        new="        return spent >= cap\n",
        tests=(f"{CAPS}::test_it_stays_reached_where_a_last_figure_is_less_and_ends_at_midnight",),
    ),
    Break(
        promise="a browser that has just opened is closed again and its task stays queued",
        mistake="it idles",
        file="services/queue/scheduler.py",
        old="            return self._first_tasks.is_unused(session.key)\n",
        new="            return False\n",
        tests=(
            f"{CAPS}::test_a_browser_that_opens_as_the_cap_is_reached_is_closed_and_its_task_waits",
        ),
    ),
    Break(
        promise="A cap of a day that can't be read from the settings holds all starts.",
        mistake="nothing bounds the day",
        file="store/settings.py",
        old='        usable["cap_per_day"] = 0\n',
        new="        pass\n",
        tests=(
            "tests/store/test_settings.py::test_a_cap_of_the_day_that_is_none_holds_all_starts",
        ),
    ),
    Break(
        promise="that is terminated instead",
        mistake="it is stopped, and idles until it is closed",
        file="services/caps.py",
        old="CommandVerb.TERMINATE if closes else CommandVerb.STOP",
        new="CommandVerb.STOP",
        tests=(f"{CAPS}::test_where_the_browser_closes_after_its_task_terminate_alone_is_sent",),
    ),
    Break(
        promise="With Hold new tasks and terminate running ones the program sends it.",
        mistake="it is only said",
        file="services/caps.py",
        old="        if self._settings.value.at_cap == TERMINATE_RUNNING:\n",
        new="        if False:\n",
        tests=(f"{CAPS}::test_a_stop_without_effect_is_said_or_followed_by_a_terminate",),
    ),
    Break(
        promise="What runs, asks, is paused or idle is ended, too, if you want that.",
        mistake="a refused Terminate is sent again with every report",
        file="services/caps.py",
        old="            self._ended_for = cap\n            for",
        new="            for",
        tests=(f"{CAPS}::test_a_refused_terminate_at_the_cap_is_not_sent_with_every_report",),
    ),
    Break(
        promise="Three more looks within 15 seconds with the same answer",
        mistake="they prove nothing",
        file="services/monitor/missing_tasks.py",
        old="            self.forget(task.key)\n            return True\n        looks.due_ms",
        new="            self.forget(task.key)\n            return False\n        looks.due_ms",
        tests=(f"{MISSING}::test_four_over_fifteen_seconds_prove_the_end",),
    ),
    Break(
        promise="Three more looks within 15 seconds with the same answer",
        mistake="a report with ids of another task between them is passed over",
        file="services/monitor/poller.py",
        old="            self._missing.forget(task.key)  # no report of its own",
        new="            pass  # no report of its own",
        tests=(f"{MISSING}::test_an_answer_about_another_task_starts_over",),
    ),
    Break(
        promise="the same answer to a Terminate",
        mistake="that is a Terminate that failed",
        file="services/commands/delivery.py",
        old="            if command.verb is not CommandVerb.TERMINATE:\n                await",
        new="            if command.rules.sent:\n                await",
        tests=(
            f"{COMMANDS}/test_commands.py::test_a_session_that_our_terminate_does_not_find_is_closed_not_ended_by_you",
        ),
    ),
    Break(
        promise=ONE_PROGRAM,
        mistake="the lock is not taken",
        file="store/folder_lock.py",
        old="            _lock(self._file)\n",
        new="            pass\n",
        tests=("tests/desktop/test_single_instance.py",),
    ),
    Break(
        promise="If the ledger is missing or can't be opened, the copy is offered",
        mistake="a damaged ledger is put aside unasked",
        file="store/ledger/ledger.py",
        old="        if find_copy(path) is not None:\n",
        new="        if False:\n",
        tests=(
            "tests/store/ledger/test_backup_used.py::test_the_copy_of_a_lost_ledger_is_offered_and_brings_it_back",
        ),
    ),
    Break(
        promise="the copy is offered before anything else",
        mistake="a lost ledger is begun anew unasked",
        file="store/ledger/ledger.py",
        old="    if not is_there and find_copy(path) is not None:",
        new="    if False:",
        tests=(
            "tests/store/ledger/test_backup_used.py::test_the_copy_of_a_lost_ledger_is_offered_and_brings_it_back",
        ),
    ),
    Break(
        promise="Anything started after the copy is not in it",
        mistake="what was in the copy's line is started again",
        file="services/recovery.py",
        old="        await _drop_old_queue(store)\n",
        new="        pass\n",
        tests=("tests/services/test_recovery.py",),
    ),
    Break(
        promise="Anything started after the copy is not in it",
        mistake="old commands are sent",
        file="services/recovery.py",
        old="if i.kind is IntentKind.STATE and not is_copy]",
        new="if i.kind is IntentKind.STATE]",
        tests=("tests/services/test_recovery.py",),
    ),
)
