"""What a person can do with sessions and tasks, and the dialogs that this opens; no widgets."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from enigma_panel.core.models import Task, TaskSpec, TaskStatus
from enigma_panel.core.validation import unsupported_fields
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.sessions import NoKeyError
from enigma_panel.services.settings import choose_dialect
from enigma_panel.services.types import LedgerError, PendingCommand
from enigma_panel.ui.clipboard import Clipboard
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.dialects import offered_dialect
from enigma_panel.ui.text.pages import open_account_page, open_live_page
from enigma_panel.ui.text.problems import NoticeAction
from enigma_panel.ui.text.verbs import verb_text
from enigma_panel.ui.text.waiting import QueueAction

if TYPE_CHECKING:
    from enigma_panel.ui.dialogs import Dialogs

tr = Translations("Actions")

SETTLED_MS = 600
"""What appears or goes below the pointer counts from then on."""
GRACE_MS = 3_000
"""How long a Stop, or the Terminate of a session at work, stands with *Undo* before it is sent."""
QUOTED_CHARS = 400
TITLE_CHARS = 60
_QUESTION = (
    "Only report, do nothing: shortly before this you were given the task “{task}”. "
    "Its result was lost on the way to me. Tell me that result in full, with every figure and "
    "link that belongs to it. If it was only partly done, or never begun, say exactly how far it "
    "came. Do not start that task again and do not repeat any of its steps; do not buy, order, "
    "book, send, submit, change or delete anything."
)
"""The agent reads these words, so they are not translated."""


class Actions(QObject):
    """Verbs on sessions and tasks.

    done: something was done, or could not be, that no row says: a sentence. undoable_done:
    something that can be taken back: a sentence, and the call that does. grace_began: a command can
    be taken back for a moment: a sentence, the call that does, and for how many milliseconds.
    awaited_again: the key of a session whose start was dismissed, and is waited for after all.
    """

    done = Signal(str)
    undoable_done = Signal(str, object)
    grace_began = Signal(str, object, int)
    awaited_again = Signal(int)

    def __init__(
        self, services: Services, dialogs: "Dialogs", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._sessions = services.sessions
        self._scope = services.scope
        self.dialogs = dialogs
        self.clipboard = Clipboard(services, self.done.emit, self)

    def command(self, keys: Sequence[int], verb: CommandVerb) -> None:
        """Send a verb to each session that can take it; several ends are asked about first."""
        able = [key for key in keys if self.can(key, verb)]
        if verb is CommandVerb.TERMINATE and len(able) > 1:
            self.dialogs.confirm_terminate_all(able)
        elif able:
            grace = self._grace_ms(able[0], verb) if COMMANDS[verb].is_durable else 0
            self._scope.spawn(f"{verb} {able}", self._sessions.command(able, verb, grace_ms=grace))
            if grace:
                self.grace_began.emit(self._going_text(able, verb), partial(self.undo, able), grace)

    def can(self, key: int, verb: CommandVerb) -> bool:
        """Whether the verb is possible now; a Terminate that was not sent can be hurried."""
        return self._sessions.can(key, verb)

    def undoable(self, key: int) -> PendingCommand | None:
        """The command on its way to that session, while it can be taken back."""
        pending = self._sessions.pending(key)
        return pending if pending is not None and pending.can_undo else None

    def undo(self, keys: Sequence[int]) -> None:
        able = [key for key in keys if self.undoable(key) is not None]
        if able:
            self._sessions.undo(able)

    def is_settled(self, key: int) -> bool:
        """Whether a command waits for so long that nobody takes it back by accident."""
        pending = self._sessions.pending(key)
        return pending is not None and self.now_ms() - pending.made_ms >= SETTLED_MS

    def now_ms(self) -> int:
        return self._services.clock.now_ms()

    def terminate_all(self) -> None:
        """Ask about every open session that can be terminated."""
        keys = self._sessions.terminable_keys()
        if keys:
            self.dialogs.confirm_terminate_all(keys)

    def is_asking(self, task_key: int | None) -> bool:
        return any(q.task_key == task_key for q in self._services.inbox.questions())

    def answer(self, task_key: int) -> None:
        self.dialogs.open_question(task_key)

    def new_task(self) -> None:
        self.dialogs.open_new_task(None, None)

    def next_here(self, session_key: int) -> None:
        self.dialogs.open_new_task(session_key, None)

    def run_again(self, task: Task) -> None:
        """Run the task again at once; New task asks where the dialect lacks one of its fields."""
        if unsupported_fields(task.spec, self._services.account.rules):
            self.edit_and_run(task)
            return
        self._scope.spawn(f"run task {task.key} again", self._start(task.spec))

    def run_several_again(self, keys: Sequence[int]) -> None:
        """Run these tasks again, after one question."""
        self.dialogs.open_run_again(keys, self.start_several)

    def start_several(self, specs: Sequence[TaskSpec]) -> None:
        """Start all of these tasks, or none."""
        self._scope.spawn(f"start {len(specs)} tasks", self._start(*specs))

    def switch_and_run(self, task: Task) -> None:
        """Run the task again, in the dialect that the service asked for as it refused it."""
        wanted = offered_dialect(
            self._sessions.session(task.session_key), task, self._services.account
        )
        if wanted is not None:
            choose_dialect(self._services.settings, self._services.account, wanted)
        self.run_again(task)

    def edit_and_run(self, task: Task) -> None:
        """Open New task with this task, to be changed before it is started."""
        self.dialogs.open_new_task(None, task.spec)

    def mark_seen(self, keys: Sequence[int]) -> None:
        """The results of these tasks were looked at, and are new no more."""
        new = [
            key for key in keys if (task := self._sessions.task(key)) is not None and task.is_new
        ]
        if new:
            self._scope.spawn(f"mark seen {new}", self._sessions.mark_seen(new))

    def mark_several_seen(self, keys: Sequence[int]) -> None:
        """The results of these tasks are new no more, without being looked at."""
        self._scope.spawn("mark several seen", self._mark_several_seen(keys))

    def ask_result(self, session_key: int, lost: Task) -> None:
        start = self._start(result_question(lost), where=session_key)
        self._scope.spawn(f"ask for the result of task {lost.key}", start)

    def dismiss_start(self, key: int) -> None:
        self._scope.spawn(f"dismiss start {key}", self._dismiss_start(key))

    def open_live_page(self, key: int) -> None:
        session = self._sessions.session(key)
        link = session.web_view_url if session is not None else None
        if link is not None and not open_live_page(link):
            self.done.emit(tr("No program could open the live page."))

    def show_folder(self, path: Path) -> None:
        """Open the folder of a file in the person's file manager."""
        self.open_folder(path.parent)

    def open_folder(self, folder: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.done.emit(tr("No program could open the folder {path}.", path=folder))

    def open_account_page(self) -> None:
        if not open_account_page(self._services.account.base_url):
            self.done.emit(tr("No program could open the account page."))

    def take_way_out(
        self, action: NoticeAction, session_key: int | None, task: Task | None
    ) -> None:
        """Do what was offered about an unconfirmed start, or whose dialect was refused."""
        match action:
            case NoticeAction.ACCOUNT_PAGE:
                self.open_account_page()
            case NoticeAction.START_AGAIN if task is not None:
                self.run_again(task)
            case NoticeAction.SWITCH_DIALECT if task is not None:
                self.switch_and_run(task)
            case NoticeAction.DISMISS_START if session_key is not None:
                self.dismiss_start(session_key)
            case NoticeAction.TERMINATE if session_key is not None:
                self.command([session_key], CommandVerb.TERMINATE)
            case NoticeAction.ASK_RESULT if session_key is not None and task is not None:
                self.ask_result(session_key, task)

    def queued(self, keys: Sequence[int], verb: QueueAction) -> None:
        if keys:
            self._scope.spawn(f"{verb} {list(keys)}", self._act_on_queued(keys, verb))

    async def _act_on_queued(self, keys: Sequence[int], verb: QueueAction) -> None:
        queue = self._services.queue
        try:
            match verb:
                case QueueAction.START_NEXT:
                    await queue.start_next(keys[0])
                case QueueAction.UP:
                    await queue.up(keys[0])
                case QueueAction.NEW_SESSION:
                    await queue.run_in_new_session(keys[0])
                case QueueAction.REMOVE:
                    self._offer_to_put_back(await queue.remove(keys))
                case QueueAction.EDIT:
                    self._offer_to_put_back(await queue.remove(keys))
                    task = self._sessions.task(keys[0])
                    if task is not None and task.is_final:  # else it was sent after all
                        self.edit_and_run(task)
        except LedgerError:
            self.done.emit(tr("The history could not be saved. The queue stays as it was."))

    async def _dismiss_start(self, key: int) -> None:
        tasks = await self._sessions.dismiss(key)
        if tasks:
            text = tr("The start of “{task}” was dismissed.", task=self._title(tasks[0]))
            self._offer_undo(text, tasks)

    def _offer_to_put_back(self, tasks: Sequence[int]) -> None:
        if tasks:
            text = tr.plural(
                "“{task}” was removed from the queue.",
                "{n} tasks were removed from the queue.",
                len(tasks),
                task=self._title(tasks[0]),
            )
            self._offer_undo(text, tasks)

    def _offer_undo(self, text: str, tasks: Sequence[int]) -> None:
        undo = partial(self._bring_back, tasks)
        self.undoable_done.emit(text, lambda: self._scope.spawn(f"bring back {tasks}", undo()))

    async def _mark_several_seen(self, keys: Sequence[int]) -> None:
        try:
            n = await self._sessions.mark_many_seen(keys)
        except LedgerError:
            self.done.emit(tr("The history could not be saved, so not all were marked."))
            return
        marked = tr.plural("1 result was marked as seen.", "{n} results were marked as seen.", n)
        self.done.emit(marked if n else tr("None of them was new."))

    async def _bring_back(self, tasks: Sequence[int]) -> None:
        await self._sessions.restore(tasks)
        for task in filter(None, map(self._sessions.task, tasks)):
            if task.status is TaskStatus.UNCONFIRMED:
                self.awaited_again.emit(task.session_key)

    def _going_text(self, keys: Sequence[int], verb: CommandVerb) -> str:
        session, going = self._sessions.session(keys[0]), verb_text(verb).going
        if len(keys) > 1 or session is None:
            return tr("{going} {n} sessions", going=going, n=len(keys))
        return tr("{going} {session}", going=going, session=session.name)

    def _title(self, task_key: int) -> str:
        task = self._sessions.task(task_key)
        return shorten(task.spec.text, TITLE_CHARS) if task is not None else ""

    def _grace_ms(self, key: int, verb: CommandVerb) -> int:
        """How long it can be taken back; one that is clicked again is sent at once."""
        session = self._sessions.session(key)
        task = self._sessions.current_task(session) if session is not None else None
        works = task is not None and not task.is_final and task.status is not TaskStatus.QUEUED
        hurried = self._sessions.pending_verb(key) is verb
        return GRACE_MS if works and not hurried else 0

    async def _start(self, *specs: TaskSpec, where: int | None = None) -> None:
        try:
            await self._sessions.start_many(specs, where=where)
        except NoKeyError:
            self.dialogs.open_key()
        except LedgerError:
            self.done.emit(tr("The history could not be saved, so nothing was started."))


def result_question(lost: Task) -> TaskSpec:
    """The task that asks for it. Its session stays open, as it would have."""
    quoted = shorten(lost.spec.text, QUOTED_CHARS).replace("“", "'").replace("”", "'")
    return TaskSpec(text=_QUESTION.replace("{task}", quoted), close_after=False)
