"""Breaks of what is promised about the tasks that are shown, and about those that are not."""

from tests.mutations.runner import Break

FILTER = "tests/ui/tasks/test_filter.py"
SORTING = "tests/ui/tasks/test_sorting.py"
ROWS = "tests/ui/widgets/test_other_rows.py"
DELETION = "tests/features/deletion/test_dialog.py"
COLUMNS = "tests/ui/widgets/table/test_column_sizing.py"
SEVERAL = "tests/ui/main_window/test_several_tasks.py"
VERSIONS = "tests/store/ledger/test_versions.py"
REDUCER = "tests/core/test_reducer.py"
WAITED = "waited_s is how long all questions of a task waited, as far as that was counted"
SELECTION = "What is done with several tasks is done with those that are selected and shown"
SUBJECT = "What the filter hides stays the subject, marked so"
HOLD = "Rows that fit the filter no more stay until the pointer has left"
KEPT = "What was looked for is there at the next start, whatever stands in the file"

TASKS_TABLE = (
    Break(
        promise="Nothing moves under the hand",
        mistake="a click on a row of which a part is seen scrolls the table half a second later",
        file="ui/widgets/table/table.py",
        old="        self.setAutoScroll(False)\n        super().mousePressEvent(event)\n",
        new="        super().mousePressEvent(event)\n",
        tests=(f"{ROWS}::test_a_click_on_a_row_of_which_a_part_is_seen_moves_nothing",),
    ),
    Break(
        promise=SELECTION,
        mistake="those that the filter hides are deleted, too",
        file="features/deletion/feature.py",
        old="    keys = host.window.selection.tasks.selected_keys()\n",
        new="    keys = list(host.window.selection.subject.tasks)\n",
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
        promise=SELECTION,
        mistake="it is done with those that the filter hides, too",
        file="ui/main_window/selection.py",
        old="if self.tasks.is_selected(key)]",
        new="if key in self.subject.tasks]",
        tests=(f"{FILTER}::test_of_several_only_those_act_that_are_shown",),
    ),
    Break(
        promise=SELECTION,
        mistake="where all were selected, others that come are selected, too",
        file="ui/widgets/table/table.py",
        old="            self.selectionModel().clear()\n",
        new="            pass\n",
        tests=(f"{ROWS}::test_where_all_rows_are_selected_others_that_come_are_not",),
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
        mistake="only the last one counts",
        file="core/reducer.py",
        old="waited_ms = after.waited_ms + (",
        new="waited_ms = (",
        tests=(f"{REDUCER}::test_how_long_its_questions_waited_is_summed_as_they_are_settled",),
    ),
    Break(
        promise=WAITED,
        mistake="what an earlier version did not count is 0",
        file="store/ledger/schema.py",
        old='    "UPDATE tasks SET waited_ms = NULL WHERE question_n > 0",\n',
        new="",
        tests=(f"{VERSIONS}::test_a_ledger_of_version_2_is_brought_along_with_all_its_rows",),
    ),
    Break(
        promise="A result is new until it was looked at or marked as seen",
        mistake="to select it among others is enough",
        file="ui/main_window/selection.py",
        old="        if len(self.subject.tasks) == 1:\n",
        new="        if True:\n",
        tests=(f"{SEVERAL}::test_several_stay_new_until_they_are_marked_which_can_be_taken_back",),
    ),
    Break(
        promise=SUBJECT,
        mistake="a row that goes takes the subject with it",
        file="ui/main_window/selection.py",
        old="        if self.task_rows.is_arranging:\n",
        new="        if False:\n",
        tests=(f"{FILTER}::test_a_subject_that_the_filter_hides_stays_it_and_is_marked",),
    ),
    Break(
        promise=HOLD,
        mistake="they go at once",
        file="ui/tasks/model.py",
        old="        if self._hold.is_held:\n            self._dim()\n",
        new="        if False:\n            self._dim()\n",
        tests=(f"{FILTER}::test_rows_that_fit_no_more_stay_dimmed_until_nobody_aims",),
    ),
    Break(
        promise=HOLD,
        mistake="what is typed waits, too",
        file="ui/tasks/model.py",
        old="        if by_person:\n",
        new="        if False:\n",
        tests=(f"{FILTER}::test_what_is_typed_while_somebody_aims_is_done_at_once",),
    ),
    Break(
        promise="The queued tasks stand on top, those that fit the filter",
        mistake="all of them do",
        file="ui/tasks/model.py",
        old="shows_all = self._search.filter.is_empty",
        new="shows_all = True",
        tests=(f"{FILTER}::test_of_the_line_those_stand_on_top_that_fit",),
    ),
    Break(
        promise=KEPT,
        mistake="rubbish in its place puts the whole file aside",
        file="store/settings.py",
        old="    except (msgspec.ValidationError, RecursionError):\n        return False",
        new="    except RecursionError:\n        return False",
        tests=("tests/store/test_settings.py::test_a_filter_that_means_nothing_is_none",),
    ),
    Break(
        promise="Columns stand where the person put them",
        mistake="a width is lost while its column is hidden",
        file="ui/widgets/table/column_sizing.py",
        old="            width=self._own_widths.get(column.key),\n",
        new="            width=self._header.sectionSize(column.key) or None,\n",
        tests=(f"{COLUMNS}::test_columns_stand_where_the_person_put_them",),
    ),
    Break(
        promise="A third click on a heading shows newest first again",
        mistake="it turns the order for ever",
        file="ui/tasks/sorting.py",
        old="        return NEWEST_FIRST if order == (turned,) else (first,)\n",
        new="        return (first,)\n",
        tests=(f"{SORTING}::test_a_heading_sorts_and_says_so",),
    ),
)
