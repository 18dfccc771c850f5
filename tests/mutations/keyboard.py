"""Breaks of what the keyboard is promised."""

from tests.mutations.runner import Break

FOCUS = "tests/ui/test_focus.py"
KEYS = "tests/ui/main_window/test_keys.py"
MENU = "tests/ui/main_window/test_main_menu.py"
COMMANDS = "tests/ui/main_window/test_commands.py"
DRAFTS = "tests/ui/questions/test_drafts.py"
SHEET = "tests/ui/widgets/test_sheet.py"
UNSENT = "tests/ui/questions/test_unsent_words.py"
QUESTION = "tests/ui/questions/test_dialog.py"
ON_THE_ROW = "Focus returns to the row worked on and falls on nothing that ends something"
ENTER = "Enter presses the button that has the focus"
ROW = "Enter on a row leads to its question, its next task, its result, or Details"
LAST_FIELD = "Enter in a question's last field sends"

KEYBOARD = (
    Break(
        promise=ON_THE_ROW,
        mistake="Qt chooses where it goes from what is possible no more",
        file="ui/main_window/window.py",
        old="        if not has_lost_focus(self):\n",
        new="        if True:\n",
        tests=(f"{FOCUS}::test_what_goes_away_leaves_the_keyboard_on_the_row[disabled]",),
    ),
    Break(
        promise=ON_THE_ROW,
        mistake="Qt chooses where it goes from what left while a dialog was open",
        file="ui/main_window/window.py",
        old="event.type() is QEvent.Type.ActivationChange and has_lost_focus(self)",
        new="False",
        tests=(f"{FOCUS}::test_what_goes_away_leaves_the_keyboard_on_the_row",),
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
        promise=ENTER,
        mistake="it does nothing",
        file="ui/widgets/basics.py",
        old="        button.click()\n",
        new="        button.setFocus()\n",
        tests=(f"{KEYS}::test_a_button_is_pressed_by_enter_and_by_space_alone",),
    ),
    Break(
        promise=ENTER,
        mistake="one that is held down presses again and again",
        file="ui/widgets/basics.py",
        old="    if not event.isAutoRepeat():\n",
        new="    if True:\n",
        tests=(f"{KEYS}::test_a_button_is_pressed_by_enter_and_by_space_alone",),
    ),
    Break(
        promise=ENTER,
        mistake="buttons are made that know nothing of it",
        file="ui/widgets/basics.py",
        old="    button = Button(text)\n",
        new="    button = QPushButton(text)\n",
        tests=(f"{FOCUS}::test_each_window_can_be_used_by_keys_alone[New task]",),
    ),
    Break(
        promise=ROW,
        mistake="the question that has the least time left is opened",
        file="ui/actions.py",
        old="        self.dialogs.open_question(task_key)\n",
        new="        self.dialogs.open_question(None)\n",
        tests=(
            f"{KEYS}::test_a_row_that_asks_opens_its_own_question",
            f"{KEYS}::test_answer_in_a_context_menu_opens_that_question",
        ),
    ),
    Break(
        promise=ROW,
        mistake="a session at work is taken for an idle one",
        file="ui/main_window/selection.py",
        old="        return idle and accepts_tasks(",
        new="        return accepts_tasks(",
        tests=(f"{KEYS}::test_else_details_get_the_focus",),
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
        promise="Later needs no guard",
        mistake="it has one",
        file="ui/questions/dialog.py",
        old="            button.clicked.connect(self._later)",
        new="            self._click_guard.guard(button, self._later)",
        tests=(f"{QUESTION}::test_later_and_the_other_questions_need_no_guard",),
    ),
    Break(
        promise="After a wrong password the user name is still there",
        mistake="and counts as typed, so that a question that is gone stays",
        file="ui/questions/forms/credentials.py",
        old="self.username.text() == self._offered",
        new="False",
        tests=(f"{QUESTION}::test_after_a_wrong_password_the_username_is_still_there",),
    ),
    Break(
        promise="The sheet has each shortcut once",
        mistake="a second key of an action is left out",
        file="ui/main_menu/shortcuts.py",
        old="for keys in action.shortcuts()))",
        new="for keys in action.shortcuts()[:1]))",
        tests=(f"{MENU}::test_the_sheet_has_each_shortcut_of_the_window_once",),
    ),
    Break(
        promise="The palette has only what is possible now",
        mistake="it has all commands",
        file="ui/main_menu/commands.py",
        old="action.isVisible() and action.isEnabled() and",
        new="action.isVisible() and",
        tests=(f"{COMMANDS}::test_it_has_at_most_eight_lines_of_what_is_possible",),
    ),
    Break(
        promise="A command runs once the palette has given the focus back",
        mistake="the palette stays",
        file="ui/main_menu/commands.py",
        old="        self.accept()\n",
        new="",
        tests=(f"{COMMANDS}::test_words_find_and_enter_runs",),
    ),
    Break(
        promise="A click that closes a sheet does nothing else",
        mistake="the second one of a double click acts on a row",
        file="ui/widgets/sheet.py",
        old="            self._linger.start()\n",
        new="            self.hide()\n",
        tests=(
            f"{SHEET}::test_a_click_on_what_lies_below_does_nothing_else",
            f"{SHEET}::test_the_second_click_on_a_button_that_closes_it_falls_on_nothing",
        ),
    ),
    Break(
        promise="While a sheet is open no key takes the keyboard behind it",
        mistake="Ctrl+F does, and Escape closes nothing",
        file="ui/main_window/window.py",
        old="        self.shade.covers.connect(behind.setDisabled)",
        new="        ",
        tests=(f"{SHEET}::test_the_keys_of_what_lies_behind_it_do_nothing",),
    ),
    Break(
        promise="A question stands in the bar alone while a sheet is in use",
        mistake="it comes up over it",
        file="ui/dialogs.py",
        old="return any(sheet.isActiveWindow() for sheet in self._sheets())",
        new="return False",
        tests=(f"{SHEET}::test_a_question_stands_in_the_strip_alone_until_it_closes",),
    ),
    Break(
        promise="A draft of an answer comes back selected as a whole",
        mistake="what is typed is sent behind it",
        file="ui/questions/form.py",
        old="                field.selectAll()\n",
        new="                del field\n",
        tests=(f"{DRAFTS}::test_a_kept_one_comes_back_selected_as_a_whole",),
    ),
    Break(
        promise="A question does not come up while the cursor stands in unsent words",
        mistake="it does",
        file="ui/questions/presenter.py",
        old="AGAIN_MS if holds_unsent_words(QApplication.focusWidget()) else 0",
        new="0",
        tests=(f"{UNSENT}::test_it_does_not_come_up_over_words_that_were_not_sent",),
    ),
    Break(
        promise="A question does not come up while the cursor stands in unsent words",
        mistake="not for its last minute either",
        file="ui/questions/presenter.py",
        old="if not wait and not self._urgency.is_last_minute(due[0]):",
        new="if not wait:",
        tests=(f"{UNSENT}::test_it_comes_when_the_cursor_is_elsewhere_and_for_its_last_minute",),
    ),
)
