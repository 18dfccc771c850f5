"""All dialogs of the engine: one of each kind, made when first needed and kept.

Their modules are imported where they are made: together they cost more than the main window, which
is shown before any of them.
"""
# ruff: noqa: PLC0415 - see above

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from enigma_panel.core.models import TaskSpec
from enigma_panel.services.container import Services
from enigma_panel.services.types import KeyState, OpenQuestion
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.dialog import Sheet

if TYPE_CHECKING:
    from enigma_panel.ui.new_task.part import TaskPart
    from enigma_panel.ui.questions.dialog import QuestionDialog
    from enigma_panel.ui.questions.forms.login_helper import LoginHelper
    from enigma_panel.ui.questions.page import MakeLoginHelper
    from enigma_panel.ui.questions.presenter import FindSide, QuestionPresenter
    from enigma_panel.ui.quit.dialog import QuitChoice
    from enigma_panel.ui.settings.dialog import SettingsPart

D = TypeVar("D", bound=QDialog)

CATCH_UP_S = 2.0
"""How long Quit waits for the ledger before it says what would be lost."""
_NO_KEY = frozenset(
    {KeyState.ABSENT, KeyState.NO_KEYCHAIN, KeyState.LOCKED, KeyState.DENIED, KeyState.FAILED}
)


class Dialogs(QObject):
    """Opens the dialogs, and asks what the program itself asks: whether to quit.

    parent: the window that dialogs belong to, asked for when a dialog is made. try_demo and
    use_account change between the demo service and the account; without them no button does it.
    settings_parts, task_parts: what features add to Settings and to New task. others: dialogs of
    theirs that close with ours.
    make_login_helper: a feature's, for questions.
    find_side: finds the place of a question in the main window.
    tells_of_questions: whether a feature tells of questions on the desktop, as far as is known.
    dialog_made: comes with a dialog that was needed for the first time.
    said: what became of something that was asked for a moment ago.
    quit_waits: words for "Quit when they are done", empty ones when that holds no more. leaving:
    the program is about to end or no longer: no queued task is to be started. question_in_sight:
    comes with the id of the one in the main window, None where there is none.
    """

    dialog_made = Signal(object)
    said = Signal(str)
    quit_waits = Signal(str)
    leaving = Signal(bool)
    question_in_sight = Signal(object)

    def __init__(
        self,
        services: Services,
        parent: Callable[[], QWidget | None],
        *,
        try_demo: Callable[[], None] | None = None,
        use_account: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._services = services
        self._parent = parent
        self._try_demo = try_demo
        self._use_account = use_account
        self.settings_parts: list[SettingsPart] = []
        self.task_parts: list[Callable[[], TaskPart]] = []
        self.others: list[QDialog] = []
        self.make_login_helper: MakeLoginHelper | None = None
        self.find_side: FindSide = lambda _wanted: None
        self.tells_of_questions: Callable[[], bool] = lambda: False
        self._made: dict[type[QDialog], QDialog] = {}
        self._key_was_asked_for = False
        services.account.changed.connect(self._ask_for_missing_key)

    def made(self, kind: type[D]) -> D | None:
        """The dialog of that kind, None where nobody needed it yet."""
        dialog = self._made.get(kind)
        assert dialog is None or isinstance(dialog, kind)
        return dialog

    def once(self, kind: type[D], make: Callable[[], D]) -> D:
        """The dialog of that kind, made where nobody needed it yet."""
        dialog = self.made(kind)
        if dialog is None:
            dialog = self._made[kind] = make()
            dialog.finished.connect(self.look_for_questions)
            self.dialog_made.emit(dialog)
        return dialog

    @cached_property
    def _presenter(self) -> "QuestionPresenter":
        from enigma_panel.ui.questions.presenter import QuestionPresenter, TypingWatch

        app = theme.application()
        presenter = QuestionPresenter(
            self._services.inbox,
            self._services.urgency,
            TypingWatch(app, self._services.clock.now_ms),
            self._make_question,
            find_side=self.find_side,
            must_wait=self._is_in_the_strip_alone,
            may_hide=self._is_told_by_a_notice,
        )
        app.applicationStateChanged.connect(self.look_for_questions)
        self._services.account.changed.connect(self.look_for_questions)
        self._services.settings.changed.connect(self.look_for_questions)
        return presenter

    def _is_told_by_a_notice(self) -> bool:
        """Whether no window of ours is visible and the desktop shows a notice of questions."""
        if not self.tells_of_questions():
            return False
        parent = self._parent()
        return parent is not None and (not parent.isVisible() or parent.isMinimized())

    def _is_in_the_strip_alone(self) -> bool:
        """Whether no question comes up by itself: a sheet is in use here, or no key is ready."""
        if self._services.account.state is not KeyState.READY:
            return True
        return any(sheet.isActiveWindow() for sheet in self._sheets())

    def _sheets(self) -> list[Sheet]:
        parent = self._parent()
        found = parent.findChildren(Sheet) if parent is not None else []
        return [one for one in found if one.isVisible()]

    def look_for_questions(self, _what: object = None) -> None:
        """What kept a question from coming up may have ended."""
        self._presenter.refresh()

    def follow_sheets(self, _cover: bool) -> None:
        """A sheet came or went: what it dimmed counts as being shown this moment."""
        if self._presenter.has_dialog():
            self._presenter.dialog().show_anew()
        self.look_for_questions()

    def _make_question(self) -> "QuestionDialog":
        from enigma_panel.ui.questions.dialog import QuestionDialog

        dialog = QuestionDialog(self._services, self._parent(), self._login_helper)
        dialog.in_sight_changed.connect(self.question_in_sight)
        return dialog

    def _login_helper(self, spec: TaskSpec, question: str) -> "LoginHelper | None":
        make = self.make_login_helper
        return make(spec, question) if make is not None else None

    # -- dialogs that the window opens ---------------------------------------------------------

    def open_new_task(self, session_key: int | None, prefill: TaskSpec | None) -> None:
        from enigma_panel.ui.new_task.dialog import NewTaskDialog

        def make() -> NewTaskDialog:
            parts = [make_part() for make_part in self.task_parts]
            return NewTaskDialog(self._services, self._parent(), self.open_key, parts)

        self.once(NewTaskDialog, make).ask(session_key, prefill)

    def open_question(self, task_key: int | None) -> None:
        """The question of that task, or the one with the least time left, in place of sheets."""
        if self._services.inbox.questions():
            for sheet in self._sheets():
                sheet.make_way()
        self._presenter.open(task_key)

    def is_answer_begun(self, question: OpenQuestion) -> bool:
        """Whether anything is typed for that question."""
        is_made = "_presenter" in self.__dict__ and self._presenter.has_dialog()
        return is_made and self._presenter.dialog().page.is_begun(question.id)

    def open_settings(self) -> None:
        from enigma_panel.ui.settings.dialog import SettingsDialog

        make = partial(
            SettingsDialog, self._services, self._parent(), self.open_key, self.settings_parts
        )
        self.once(SettingsDialog, make).ask()

    def open_key(self) -> None:
        from enigma_panel.ui.settings.key_dialog import KeyDialog

        self._key_was_asked_for = True
        try_demo = self._ask_before_demo if self._try_demo is not None else None
        make = partial(KeyDialog, self._services, self._parent(), try_demo)
        self.once(KeyDialog, make).ask()

    def confirm_terminate_all(self, session_keys: Sequence[int]) -> None:
        from enigma_panel.ui.quit.terminate_all import TerminateAllDialog

        make = partial(TerminateAllDialog, self._services, self._parent())
        self.once(TerminateAllDialog, make).ask(session_keys)

    def open_run_again(
        self, task_keys: Sequence[int], start: Callable[[Sequence[TaskSpec]], None]
    ) -> None:
        from enigma_panel.ui.new_task.run_again import RunAgainDialog

        make = partial(RunAgainDialog, self._services, self._parent(), start)
        self.once(RunAgainDialog, make).ask(task_keys)

    def leave_demo(self) -> None:
        """Go from the demo service to the person's own account."""
        if self._use_account is not None:
            self._use_account()

    # -- for the program ---------------------------------------------------------------------

    def has_to_ask_before_quit(self) -> bool:
        """Whether a session is or may be open, a Terminate waits, or the ledger lacks something."""
        from enigma_panel.services.quitting import quit_plan

        return quit_plan(self._services).must_ask

    async def may_quit(self) -> bool:
        """Ask what becomes of open sessions, if there are any; False: the program goes on."""
        from enigma_panel.ui.quit.dialog import QuitChoice

        return await self.ask_before_quit() is not QuitChoice.CANCEL

    async def ask_before_quit(self) -> "QuitChoice":
        """What to do with the open sessions; LEAVE_RUNNING at once where nothing is to ask."""
        from enigma_panel.ui.quit.dialog import QuitChoice, QuitDialog

        def make() -> QuitDialog:
            dialog = QuitDialog(self._services, self._parent())
            dialog.waiting_changed.connect(self.quit_waits)
            dialog.leaving.connect(self.leaving)
            return dialog

        if self._services.writer.is_behind:  # what can be written by now is not said to be lost
            await self._services.writer.catch_up(time_limit=CATCH_UP_S)
        if not self.has_to_ask_before_quit():
            return QuitChoice.LEAVE_RUNNING
        return await self.once(QuitDialog, make).choice()

    def cancel_quit(self) -> None:
        """The program does not end when its tasks are done."""
        from enigma_panel.ui.quit.dialog import QuitDialog

        dialog = self.made(QuitDialog)
        if dialog is not None:
            dialog.cancel()

    def start(self) -> None:
        """Bring up what waits already: questions, and the key dialog when no key was found."""
        self._ask_for_missing_key()
        self._presenter.refresh()

    def close_all(self) -> None:
        for dialog in [*self._made.values(), *self.others]:
            dialog.reject()
        if "_presenter" in self.__dict__ and self._presenter.has_dialog():
            self._presenter.dialog().reject()

    def _ask_before_demo(self) -> None:
        """The program that tries the demo service is another one: this one ends."""
        self._services.scope.spawn("quit for the demo", self._quit_for_demo())

    async def _quit_for_demo(self) -> None:
        if await self.may_quit() and self._try_demo is not None:
            self._try_demo()

    def _ask_for_missing_key(self) -> None:
        """Open the key dialog once in a run: one that returns after every Cancel helps nobody."""
        missing = self._services.account.state in _NO_KEY
        if missing and not self._key_was_asked_for and not self._services.demo:
            self.open_key()
