"""Tasks that the service has not named yet: no poll can ask for them, only the channel tells.

So what they were last seen at grows old with the channel's silence, and that has to be said.
"""

from collections.abc import Callable

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.reducer import STALE_QUESTION_MS
from enigma_panel.services.registry import LATE_RESULT_MS, SessionStore

UNHEARD_MS = 15_000
"""A channel that is away for so long may have missed the end of what it told of."""

SILENT_MS = 60_000
"""So long after its session is taken for closed, a channel that tells nothing is no reason to wait;
its end may have been told while the channel was frozen."""

_SEEN = frozenset({TaskStatus.ASKS, TaskStatus.WORKING, TaskStatus.PAUSED})


class UnnamedTasks:
    """Looks after them once a second.

    is_stopping: a Stop is on its way to this session. is_awaiting_reply: the call that starts this
    task still waits for its reply, which will name it. is_up: the live channel of this session may
    still tell something. is_speaking: it did so lately.
    """

    def __init__(
        self,
        registry: SessionStore,
        *,
        is_stopping: Callable[[int], bool],
        is_awaiting_reply: Callable[[int], bool],
        is_up: Callable[[int], bool],
        is_speaking: Callable[[int], bool],
    ) -> None:
        self._registry = registry
        self._is_stopping = is_stopping
        self._is_held = is_awaiting_reply
        self._is_up = is_up
        self._is_speaking = is_speaking
        self._unheard: dict[int, int] = {}

    async def tick(self, session: Session, now: int) -> None:
        """Once a second for each session whose end is not proven; now: epoch ms."""
        for task in self._registry.tasks_of(session.key):
            if task.service_id is not None or task.status not in _SEEN:
                self._unheard.pop(task.key, None)
            elif session.is_ended:
                await self._give_up(session, task, now)
            elif _is_answer_doubtful(task, now) and not self._is_stopping(session.key):
                await self._record(task, Kind.ANSWER_DOUBTED)
            elif self._is_out_of_sight(session, task, now):
                await self._record(task, Kind.LIVE_LOST)

    async def _give_up(self, session: Session, task: Task, now: int) -> None:
        """The channel could tell of it, and is gone with its session."""
        if is_recent(session, now) or self._is_held(task.key):
            return
        if self._is_silent(session, now) or not self._is_up(session.key):
            await self._record(task, Kind.GIVEN_UP)

    def _is_silent(self, session: Session, now: int) -> bool:
        was_closed = session.phase is Phase.CLOSED_ASSUMED
        is_long = now - (session.ended_ms or 0) >= SILENT_MS
        return was_closed and is_long and not self._is_speaking(session.key)

    def _is_out_of_sight(self, session: Session, task: Task, now: int) -> bool:
        """Whether its end may have been told while the channel was away: no reply will tell, and
        nothing was heard since."""
        if task.status is not TaskStatus.WORKING or self._is_held(task.key):
            self._unheard.pop(task.key, None)
        elif not self._is_up(session.key):
            self._unheard.setdefault(task.key, now)
        elif self._is_speaking(session.key):
            self._unheard.pop(task.key, None)
        return now - self._unheard.get(task.key, now) >= UNHEARD_MS

    async def _record(self, task: Task, kind: Kind) -> None:
        await self._registry.record(task.session_key, task.key, Observation(kind=kind))


def is_recent(session: Session, now: int) -> bool:
    """Whether a result may still come behind its end.

    An end that lies ahead is an old one: the clock was set back between two runs.
    """
    return 0 <= now - (session.ended_ms or 0) < LATE_RESULT_MS


def _is_answer_doubtful(task: Task, now: int) -> bool:
    """The channel took an answer, and the agent gives no sign that it got it."""
    waits = task.answer_sent_live and task.status is TaskStatus.WORKING
    answered = task.answered_ms if waits else None
    return answered is not None and not 0 <= now - answered < STALE_QUESTION_MS
