"""First read: what a start of the program takes from the ledger into memory."""

from enigma_panel.core.models import Session, Task
from enigma_panel.services.state.history import ASSUMED_FOR_MS
from enigma_panel.store.ledger.ledger import Ledger

Start = tuple[list[Session], list[Task], list[int]]
"""Sessions, tasks, and the keys of the newest tasks."""
FIRST_TASKS = 500
"""How many of the newest tasks are in memory from the start; older ones come when shown."""


def read_start(ledger: Ledger, now_ms: int) -> Start:
    """Sessions and tasks for the memory, and the keys of the newest tasks, newest first.

    Nothing that may still change or cost is left out, however old: live tasks, open intents, and
    sessions whose end is not proven. Left out is a session whose end has been assumed for longer
    than its tasks are asked for, once its lifetime is over. A session comes with all its tasks, so
    that the cost of the session is right.
    """
    keys = ledger.task_keys(FIRST_TASKS)
    tasks = ledger.tasks(keys)
    tasks |= {task.key: task for task in ledger.live_tasks()}
    sessions = {s.key: s for s in ledger.sessions_not_past(now_ms - ASSUMED_FOR_MS, now_ms)}
    sessions |= {s.key: s for s in ledger.sessions_with_intents()}
    sessions |= ledger.sessions({t.session_key for t in tasks.values()} - set(sessions))
    tasks |= {task.key: task for task in ledger.tasks_of_many(sessions, but=tasks)}
    unread = {row.key for row in ledger.bad_rows if row.table == "tasks"}
    return list(sessions.values()), list(tasks.values()), [k for k in keys if k not in unread]
