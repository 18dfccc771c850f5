"""Invariants of names and ends: what a task of ours is said to be, the service's own task is."""

from typing import TYPE_CHECKING

from enigma_panel.api.errors import RejectedError
from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff
from enigma_panel.simulator.task import Task as ModelTask, TaskState
from tests.simulation.calls import STARTS, Sent, Verdict, mark_of
from tests.simulation.questions import Question
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.world import World

_FOR_NOW = frozenset({429, 503})
_NOT_SEEN = frozenset({TaskStatus.STARTING, TaskStatus.UNCONFIRMED})
KEPT_S = 0.1

SHOWN_S = 60.0
"""So long a question may go unseen in the calm: a poll, a hold and two repeated polls."""


class Truth:
    """Compares every task with the model's task of the same mark."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._owners: dict[str, int] = {}
        self._statuses: dict[int, TaskStatus] = {}
        self._unseen: dict[Question, float] = {}  # since when

    def changed(self, store: SessionStore, diff: Diff) -> None:
        for key in sorted(diff.tasks):
            task = store.task(key)
            session = store.session(task.session_key) if task is not None else None
            if task is None or session is None:
                continue
            self._named_right(task)
            before = self._statuses.get(key)
            self._statuses[key] = task.status
            if before is not None and before is not task.status:
                self._works_itself(session, task, before)
                self._ended_right(session, task)
                self._asks_no_more(session, task, before)

    def judged(self, sent: Sent) -> None:
        """A reply that could be read names its task."""
        life = self._world.life
        names = sent.verb in {ApiCall.NEW_TASK, ApiCall.RUN_TASK}
        if not names or sent.failure is not Verdict.KNOWN or sent.fate.kind is Kind.OTHERS:
            return

        def look() -> None:
            if life is not self._world.life or life is None or life.loop.dead or not life.ready:
                return
            assert life.parts is not None
            if life.disk.is_busy or self._world.weather.disk_full:
                self._world.timeline.after(KEPT_S, look)
                return
            tasks = life.parts.services.store.tasks()
            task = next((t for t in tasks if mark_of(t.spec) == sent.mark), None)
            if task is not None and task.service_id is None:
                self._world.fail("a name that was told is kept", f"task {task.key} after {sent}")

        self._world.timeline.after(KEPT_S, look)

    def questions_are_shown(self, parts: "Parts") -> None:
        """In the calm: what the service waits for the person with is on the screen."""
        seen = {question.task_key for question in parts.services.inbox.questions()}
        named = {task.service_id: task.key for task in parts.services.store.tasks()}
        unseen = {}
        for session in parts.services.store.sessions():
            if session.is_ended and self._world.storm.clock_was_set:
                continue  # taken for expired, and looked at rarely
            if self._world.settings_changes.is_out_of_reach(session.service_id):
                continue  # the person has not gone back to its key yet
            asked = self._world.questions.open_in(session.service_id or "")
            key = named.get(asked[0]) if asked is not None else None
            if asked is None or key is None or key in seen:
                continue  # nobody can ask for a task that has not been named yet
            unseen[asked] = since = self._unseen.get(asked, self._world.timeline.now)
            if self._world.timeline.now - since > SHOWN_S:
                self._world.fail("a question is shown", f"{asked[1]} of task {key}")
        self._unseen = unseen

    def model_task(self, session_id: str | None, task: Task) -> ModelTask | None:
        """The service's own task, while the service keeps it."""
        name = self._world.checks.starts.name_of(mark_of(task.spec))
        self._world.model.advance()
        session = self._world.model.sessions.get(session_id or "")
        return session.tasks.get(name) if session is not None and name is not None else None

    def _named_right(self, task: Task) -> None:
        """No two tasks carry the same name of the service's, and each carries its own."""
        if task.service_id is None:
            return
        owner = self._owners.setdefault(task.service_id, task.key)
        if owner != task.key:
            text = f"tasks {owner} and {task.key} are called the same"
            self._world.fail("a name is of one task", text)
        if self._world.checks.starts.name_of(mark_of(task.spec)) != task.service_id:
            self._world.fail("a task carries its own name", f"task {task.key}")

    def _works_itself(self, session: Session, task: Task, before: TaskStatus) -> None:
        """Where the text of a browser may work and ask, too, what is said to do so does it."""
        own = self.model_task(session.service_id, task)
        began = self._world.checks.starts.name_of(mark_of(task.spec)) is not None
        is_gone = own is None and began
        if not self._world.settings.needs_text or is_gone:
            return
        works = before in _NOT_SEEN and task.status is TaskStatus.WORKING
        if works and task.service_id is None and (own is None or own.state is TaskState.QUEUED):
            self._world.fail("a step is of its own task", f"task {task.key}")
        asked = own is not None and (own.state is TaskState.ASKING or own.answers or own.over)
        if task.status is TaskStatus.ASKS and not asked:
            self._world.fail("a question is of its own task", f"task {task.key}")

    def _ended_right(self, session: Session, task: Task) -> None:
        """Results and failures are those of this very task."""
        own = self.model_task(session.service_id, task)
        if own is None and task.status is TaskStatus.FAILED:
            self._was_refused(task)
        if own is None:
            return
        if task.status is TaskStatus.DONE:
            is_own = own.state is TaskState.COMPLETED and own.message == task.result
            if not is_own:
                text = f"task {task.key}: {task.result!r}, but {own.state} {own.message!r}"
                self._world.fail("a result is of its own task", text)
        elif task.status is TaskStatus.FAILED and (
            not own.over or own.state is TaskState.COMPLETED
        ):
            self._world.fail("a failure is of its own task", f"task {task.key} is {own.state}")

    def _was_refused(self, task: Task) -> None:
        """What has not begun cannot have failed: only a refusal says so."""
        mark = mark_of(task.spec)
        starts = [s for s in self._world.link.book.all if s.mark == mark and s.verb in STARTS]
        began = self._world.checks.starts.name_of(mark) is not None
        if not starts or began or task.code == "LEDGER_FAILED":
            return
        last = starts[-1]  # another browser may have been refused for good since
        if last.failure is not Verdict.REFUSED:
            self._world.fail("a failure is of its own task", f"task {task.key} has not begun")
        if not isinstance(last.error, RejectedError):
            return
        status = last.error.reply.status
        if status in _FOR_NOW:
            self._world.fail("refused for now is not failed", f"task {task.key}")
        if status == last.status == 409:
            self._world.fail("a browser that is busy is waited for", f"task {task.key}")
        is_start = last.verb is ApiCall.START_SESSION
        if is_start and status == last.status == 400 and "taskDetails" not in last.body:
            self._world.fail("a start that lacks a text gets one", f"task {task.key}")

    def _asks_no_more(self, session: Session, task: Task, before: TaskStatus) -> None:
        """What is older than a question does not close it."""
        ours = task.answered_ms or task.stop_sent_ms or session.terminate_sent_ms
        if before is not TaskStatus.ASKS or task.status is not TaskStatus.WORKING or ours:
            return
        own = self.model_task(session.service_id, task)
        if own is not None and own.state is TaskState.ASKING and own.question == task.question:
            self._world.fail("nothing old closes a question", f"task {task.key}")
