"""Breaks of what notices say, and of what is said without a connection."""

from tests.mutations.runner import Break

OFFLINE = "tests/ui/main_window/test_offline.py"
HEALTH = "tests/services/test_health.py"
APP = "tests/test_app.py"
ACCOUNT = "tests/services/test_account.py"
KEPT = "Use my account keeps address, folder and dialect"
IN_MEMORY = "A key in memory is used for its own address, until another takes its place"
LIST = "tests/ui/notices/test_notice_list.py"
PANEL = "tests/ui/notices/test_panel.py"
TOAST = "tests/ui/widgets/test_toast.py"
WAYS = "tests/ui/main_window/test_ways_out.py"
WAYS_OUT = "Notice, Details and menus offer the same ways out, none without its warning"
UNSURE = "A pause that nothing confirms is not claimed where sessions are counted"
COUNTED = "What needs a look is counted, told once, and stands in a list with its ways out"
CONNECTION = "Without a connection what is shown is said to be the state of then"

NOTICES = (
    Break(
        promise=CONNECTION,
        mistake="nothing says since when",
        file="ui/main_window/status_bar.py",
        old="offline_text(health, now) if is_lost else self._status()",
        new="self._status()",
        tests=(f"{OFFLINE}::test_the_status_bar_says_since_when_and_when_it_is_tried_again",),
    ),
    Break(
        promise=CONNECTION,
        mistake="it is counted from when it was noticed",
        file="services/health.py",
        old="self.unreachable_since_ms or self.heard_ms or self._clock",
        new="self.unreachable_since_ms or self._clock",
        tests=(f"{HEALTH}::test_it_is_unreachable_since_the_last_answer",),
    ),
    Break(
        promise=CONNECTION,
        mistake="an answer that makes no sense ends it",
        file="services/health.py",
        old="_NO_PAGE or not self._note_no_page():\n",
        new="_NO_PAGE:\n                self._note_heard(ServiceStatus.OK)\n"
        "            elif not self._note_no_page():\n",
        tests=(f"{HEALTH}::test_nonsense_does_not_end_the_time_without_an_answer",),
    ),
    Break(
        promise=CONNECTION,
        mistake="clocks go on in Sessions",
        file="ui/sessions/model.py",
        old="known_ms=self.stale_since_ms,",
        new="known_ms=None,",
        tests=(f"{OFFLINE}::test_clocks_stop_but_the_time_left",),
    ),
    Break(
        promise=COUNTED,
        mistake="the next one takes its place",
        file="ui/notices/notice_list.py",
        old="        if notice.needs_look:\n",
        new="        if notice.needs_look:\n            self._entries.clear()\n",
        tests=(f"{LIST}::test_what_needs_a_look_is_kept_however_many_there_are",),
    ),
    Break(
        promise=COUNTED,
        mistake="an unconfirmed start is not counted",
        file="ui/notices/kinds.py",
        old="        is_over=_is_settled,\n        needs_look=True,\n",
        new="        is_over=_is_settled,\n",
        tests=(f"{LIST}::test_what_may_cost_money_needs_a_look",),
    ),
    Break(
        promise="Stop and Terminate can be taken back in a toast until they are sent",
        mistake="Undo stays after that, under the pointer",
        file="ui/widgets/toast.py",
        old="if self._is_aimed_at() and not (self._shown and self._shown.is_exact):",
        new="if self._is_aimed_at():",
        tests=(f"{TOAST}::test_a_stop_can_be_taken_back_until_it_is_sent_and_no_longer",),
    ),
    Break(
        promise="A held queue says why and what lets it go on",
        mistake="after a restart tasks of this run are removed, too",
        file="ui/notices/queue.py",
        old="if not old or e.why is WaitReason.STOPPED",
        new="",
        tests=(f"{LIST}::test_after_a_restart_it_is_about_the_tasks_of_then",),
    ),
    Break(
        promise=WAYS_OUT,
        mistake="Details offers to run again what may run still",
        file="ui/text/ways_out.py",
        old="return task.status not in {TaskStatus.QUEUED, TaskStatus.UNCONFIRMED}",
        new="return task.status is not TaskStatus.QUEUED",
        tests=(f"{WAYS}::test_all_places_offer_the_same",),
    ),
    Break(
        promise=COUNTED,
        mistake="a second start buries the first, which is unconfirmed still",
        file="ui/notices/notice_list.py",
        old="        if entry is not None and action in ONCE:",
        new="        if False:",
        tests=(f"{LIST}::test_what_settles_nothing_leaves_the_notice_without_it",),
    ),
    Break(
        promise=WAYS_OUT,
        mistake="Terminate is offered where it is not possible",
        file="ui/text/ways_out.py",
        old="(NoticeAction.TERMINATE,) if can_end else ()",
        new="(NoticeAction.TERMINATE,)",
        tests=(f"{WAYS}::test_none_is_offered_that_could_not_be_done",),
    ),
    Break(
        promise=UNSURE,
        mistake="Quit says paused",
        file="ui/quit/text.py",
        old="case QuitOutcome.PAUSED if is_pause_confirmed(one.task):",
        new="case QuitOutcome.PAUSED:",
        tests=("tests/ui/quit/test_text.py::test_what_becomes_of_each_session",),
    ),
    Break(
        promise=KEPT,
        mistake="the address is lost in the demo",
        file="app.py",
        old="            os.environ[BACK] = shlex.join(restart_arguments(options, demo=False))\n",
        new="",
        tests=(f"{APP}::test_there_and_back_again_nothing_is_lost",),
    ),
    Break(
        promise=KEPT,
        mistake="one that Settings replaced comes back",
        file="app.py",
        old="options.base_url if account.base_url == options.base_url else None",
        new="options.base_url",
        tests=(f"{APP}::test_what_settings_replaced_does_not_come_back_from_the_command_line",),
    ),
    Break(
        promise=IN_MEMORY,
        mistake="it comes back after a newer one",
        file="services/account.py",
        old='            self.from_environment = False\n            self._in_memory = ("", "")\n',
        new="            self.from_environment = False\n",
        tests=(f"{ACCOUNT}::test_a_key_that_was_saved_takes_the_place_of_the_one_in_memory",),
    ),
    Break(
        promise=IN_MEMORY,
        mistake="it is used for another address",
        file="services/account.py",
        old='        return key if base_url == self.base_url else ""\n',
        new="        return key\n",
        tests=(f"{ACCOUNT}::test_a_key_in_memory_is_there_again_when_its_address_is",),
    ),
)
