"""Breaks of what is said above the tables, and of what rows say without a connection."""

from tests.mutations.runner import Break

OFFLINE = "tests/ui/main_window/test_offline.py"
HEALTH = "tests/services/test_health.py"
WINDOW = "tests/ui/main_window/test_window.py"
APP = "tests/test_app.py"
NEXT_RUN = "tests/runtime/test_next_run.py"
ACCOUNT = "tests/services/test_account.py"
KEPT = "Use my account keeps address, folder, dialect and a key in memory"
BAR = "tests/ui/notices/test_bar.py"
HOLD = "tests/ui/main_window/test_pointer_hold.py"
LIST = "tests/ui/notices/test_list.py"
WAYS = "tests/ui/main_window/test_ways_out.py"
WAYS_OUT = "Notice, Details and menus offer the same ways out, none without its warning"
UNSURE = "A pause that nothing confirms is not claimed where sessions are counted"
RANKED = "Notices are ranked by money, and all stand in a list"
CONNECTION = "Without a connection what is shown is said to be the state of then"

NOTICES = (
    Break(
        promise=CONNECTION,
        mistake="no banner says since when",
        file="ui/notices/connection_banner.py",
        old="        if since is not None and since != self._lost_since_ms:",
        new="        if since is not None and since == self._lost_since_ms:",
        tests=(f"{OFFLINE}::test_one_banner_says_since_when_and_when_it_is_tried_again",),
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
        old="            self._in_doubt = True\n"
        "            self._set_status(ServiceStatus.TROUBLED, self.unreachable_since_ms)\n",
        new="            self._in_doubt = True\n"
        "            self._set_status(ServiceStatus.TROUBLED, None)\n",
        tests=(f"{HEALTH}::test_nonsense_does_not_end_the_time_without_an_answer",),
    ),
    Break(
        promise=CONNECTION,
        mistake="the state of a run before is said to be that of its start",
        file="ui/text/connection.py",
        old="if health.heard_ms is None",
        new="if False",
        tests=(f"{OFFLINE}::test_where_nothing_was_heard_it_is_not_said_of_when_the_state_is",),
    ),
    Break(
        promise=CONNECTION,
        mistake="rows are not grey",
        file="ui/sessions/model.py",
        old="if self.stale_since_ms is None or goes_on:",
        new="if True:",
        tests=(f"{OFFLINE}::test_rows_are_grey_and_say_of_when_they_are",),
    ),
    Break(
        promise=CONNECTION,
        mistake="clocks go on in Sessions",
        file="ui/sessions/model.py",
        old="known_ms=since,",
        new="known_ms=None,",
        tests=(f"{OFFLINE}::test_clocks_stop_but_the_time_left",),
    ),
    Break(
        promise=CONNECTION,
        mistake="clocks go on in Tasks",
        file="ui/tasks/model.py",
        old="task.ended_ms or known_ms or self.stale_since_ms or",
        new="task.ended_ms or known_ms or",
        tests=(f"{OFFLINE}::test_clocks_stop_but_the_time_left",),
    ),
    Break(
        promise=CONNECTION,
        mistake="what ends any time later counts as finished meanwhile",
        file="ui/notices/connection_banner.py",
        old="self._back_ms < POLL_MS",
        new="self._back_ms < FADE_MS",
        tests=(f"{OFFLINE}::test_what_ends_later_or_is_lost_has_not_finished_meanwhile",),
    ),
    Break(
        promise=CONNECTION,
        mistake="the banner moves the row under the pointer",
        file="ui/notices/connection_banner.py",
        old="        if not self._hold.is_held:\n            self.setVisible",
        new="        if True:\n            self.setVisible",
        tests=(
            f"{OFFLINE}::test_it_neither_comes_nor_goes_under_the_hand_but_says_nothing_that_is_over",
        ),
    ),
    Break(
        promise=RANKED,
        mistake="the last one stands first",
        file="ui/notices/notice_list.py",
        old="(e.notice.rank, newest[kind_of(e.notice)])",
        new="(0, newest[kind_of(e.notice)])",
        tests=(f"{LIST}::test_an_unconfirmed_start_is_never_buried",),
    ),
    Break(
        promise=RANKED,
        mistake="one of too many that are about money is left out",
        file="ui/notices/notice_list.py",
        old="entry.notice.rank <= NoticeRank.PLAIN for",
        new="entry.notice.rank <= NoticeRank.COSTS for",
        tests=(f"{LIST}::test_of_many_about_money_none_is_left_out",),
    ),
    Break(
        promise=RANKED,
        mistake="like ones stand apart",
        file="ui/notices/notice_list.py",
        old="(e.notice.rank, newest[kind_of(e.notice)])",
        new="e.notice.rank",
        tests=(f"{LIST}::test_they_stand_by_what_they_cost_and_like_ones_together",),
    ),
    Break(
        promise=RANKED,
        mistake="an unconfirmed start is a notice like any other",
        file="ui/notices/text.py",
        old="ways_out(session, task, services), NoticeRank.UNCONFIRMED",
        new="ways_out(session, task, services), NoticeRank.GRAVE",
        tests=(f"{LIST}::test_every_kind_has_its_rank",),
    ),
    Break(
        promise=RANKED,
        mistake="small ones stay",
        file="ui/notices/notice_list.py",
        old="if e.notice.rank > NoticeRank.SMALL or",
        new="if True or",
        tests=(f"{LIST}::test_a_small_one_fades_and_stays_in_the_list",),
    ),
    Break(
        promise=RANKED,
        mistake="a small one fades under the hand",
        file="ui/notices/bar.py",
        old="if not self._hold.is_held:",
        new="if True:",
        tests=(f"{LIST}::test_the_small_one_waits_for_the_hand",),
    ),
    Break(
        promise="What is clicked on a notice is what was read",
        mistake="the next notice takes the click that was meant for the one before",
        file="ui/notices/bar.py",
        old="        self._take_clicks(False)\n",
        new="",
        tests=(f"{BAR}::test_the_next_notice_takes_no_click_that_was_meant_for_this",),
    ),
    Break(
        promise=RANKED,
        mistake="a notice goes from under the pointer that aims at its buttons",
        file="ui/main_window/window.py",
        old="self.tasks_card, self.notice_bar):",
        new="self.tasks_card):",
        tests=(f"{HOLD}::test_a_notice_stays_while_somebody_aims_at_its_buttons",),
    ),
    Break(
        promise=RANKED,
        mistake="in the list the ways out of what is over still act",
        file="ui/notices/dialog.py",
        old="row.setEnabled(row.notice in there)",
        new="row.setEnabled(True)",
        tests=(f"{LIST}::test_no_row_moves_while_the_list_is_open",),
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
        promise=RANKED,
        mistake="a second start buries the first, which is unconfirmed still",
        file="ui/main_window/notice_controller.py",
        old="        elif action in ONCE:",
        new="        elif False:",
        tests=(f"{BAR}::test_what_settles_nothing_leaves_the_notice_without_it",),
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
        promise=WAYS_OUT,
        mistake="the menu of a task lacks them",
        file="ui/main_window/menus.py",
        old="        self._add_ways_out(menu, self._sessions.session(task.session_key), task)\n",
        new="",
        tests=(f"{WAYS}::test_all_places_offer_the_same",),
    ),
    Break(
        promise=WAYS_OUT,
        mistake="in the menu they have no warning",
        file="ui/main_window/menus.py",
        old="self._add(menu, label, take).setToolTip(way_out_tip(way))",
        new="self._add(menu, label, take)",
        tests=(f"{WAYS}::test_none_is_without_its_warning",),
    ),
    Break(
        promise=WAYS_OUT,
        mistake="Dismiss this start does something else",
        file="ui/actions.py",
        old="                self.dismiss_start(session_key)\n",
        new="                self.open_account_page()\n",
        tests=(f"{WAYS}::test_each_does_what_it_says",),
    ),
    Break(
        promise="A keychain that waits to be unlocked is said where the rows will be",
        mistake="it is said in the status line alone",
        file="ui/main_window/window.py",
        old="        self._show_key_state()\n        if self.isVisible()",
        new="        if self.isVisible()",
        tests=(f"{WINDOW}::test_a_waiting_keychain_is_said_where_the_rows_will_be",),
    ),
    Break(
        promise="What stands above the tables comes before them by Tab, too",
        mistake="the buttons of a notice come last",
        file="ui/notices/bar.py",
        old="            QWidget.setTabOrder(before, button)  # made last",
        new="            # made last",
        tests=("tests/ui/test_focus.py::test_what_stands_above_the_tables_comes_before_them",),
    ),
    Break(
        promise=UNSURE,
        mistake="Quit says paused",
        file="ui/quit/text.py",
        old="case Fate.PAUSED if is_pause_confirmed(one.task):",
        new="case Fate.PAUSED:",
        tests=("tests/ui/quit/test_text.py::test_what_becomes_of_each_session",),
    ),
    Break(
        promise=KEPT,
        mistake="the address is lost in the demo",
        file="app.py",
        old=", base_url=self.handed_over.base_url or None)",
        new=")",
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
        promise=KEPT,
        mistake="the key is lost in the demo",
        file="app.py",
        old="HandedOver(base_url=account.base_url, key=key, ",
        new="HandedOver(base_url=account.base_url, ",
        tests=(f"{APP}::test_there_and_back_again_nothing_is_lost",),
    ),
    Break(
        promise=KEPT,
        mistake="the key stands in the environment",
        file="runtime/next_run.py",
        old="    environment[VARIABLE] = str(reads)\n",
        new="    environment[VARIABLE] = str(reads)\n    environment[what.key] = what.key\n",
        tests=(
            f"{NEXT_RUN}::test_it_arrives_once_and_stands_in_no_environment_and_no_command_line",
        ),
    ),
    Break(
        promise=KEPT,
        mistake="it comes back after a newer one",
        file="services/account.py",
        old='            self.from_environment = False\n            self._in_memory = ("", "")\n',
        new="            self.from_environment = False\n",
        tests=(f"{ACCOUNT}::test_a_key_that_was_saved_takes_the_place_of_that_of_the_run_before",),
    ),
    Break(
        promise=KEPT,
        mistake="it is used for another address",
        file="services/account.py",
        old='        return key if base_url == self.base_url else ""\n',
        new="        return key\n",
        tests=(f"{ACCOUNT}::test_the_key_of_the_run_before_is_used_for_its_address_alone",),
    ),
    Break(
        promise="A failed start leaves no row in Sessions",
        mistake="it stands there as failed",
        file="core/models.py",
        old="self.phase is Phase.FAILED and self.service_id is None",
        new="False",
        tests=("tests/ui/widgets/test_table_models.py::test_a_failed_start_leaves_no_row",),
    ),
    Break(
        promise="A task for an open browser waits for no place",
        mistake="it counts as one that stands before",
        file="ui/new_task/text.py",
        old="return entry.why not in _WANTS_NO_PLACE and not is_for_open",
        new="return entry.why not in _WANTS_NO_PLACE",
        tests=("tests/ui/new_task/test_several_tasks.py::test_the_hint_says_when_it_would_run",),
    ),
)
