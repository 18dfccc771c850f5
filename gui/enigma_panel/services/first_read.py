"""What a run takes from the ledger at its start: what may still change, and the newest."""

from enigma_panel.core.records import Session, Task
from enigma_panel.store.ledger.ledger import Ledger

FIRST_TASKS = 500
"""So many of the newest tasks are in memory from the start; older ones come when shown."""


def read_start(ledger: Ledger) -> tuple[list[Session], list[Task], list[int]]:
    """Sessions and tasks for the memory, and the keys of all tasks, newest first."""
    keys = ledger.task_keys()
    tasks = ledger.tasks(keys[:FIRST_TASKS])
    tasks |= {task.key: task for task in ledger.live_tasks()}
    sessions = {s.key: s for s in ledger.sessions_not_final()}
    for key in sessions:
        tasks |= {task.key: task for task in ledger.tasks_of(key)}
    sessions |= ledger.sessions({t.session_key for t in tasks.values()} - set(sessions))
    unread = {row.key for row in ledger.bad_rows if row.table == "tasks"}
    return list(sessions.values()), list(tasks.values()), [k for k in keys if k not in unread]
