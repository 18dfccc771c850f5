"""Breaks of what is said above the tables, and of what rows say without a connection."""

from tests.mutations.runner import Break

OFFLINE = "tests/ui/main_window/test_offline.py"
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
        mistake="rows are not grey",
        file="ui/sessions/model.py",
        old="cell if since is None or goes_on else",
        new="cell if True else",
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
        old="task.ended_ms or self.stale_since_ms or",
        new="task.ended_ms or",
        tests=(f"{OFFLINE}::test_clocks_stop_but_the_time_left",),
    ),
    Break(
        promise=CONNECTION,
        mistake="what ends any time later counts as finished meanwhile",
        file="ui/notices/connection_banner.py",
        old="self._back_ms <= HEARD_MS",
        new="self._back_ms <= FADE_MS",
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
)
