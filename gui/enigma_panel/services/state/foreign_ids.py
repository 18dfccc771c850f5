"""Foreign ids: those that a fact names, and that are of another session or task in memory."""

from enigma_panel.core.models import Session, Task
from enigma_panel.core.observation import Observation
from enigma_panel.services.state.session_store import SessionStore


def is_of_other(
    store: SessionStore, observation: Observation, session: Session, task: Task | None = None
) -> bool:
    """Whether a fact names another session or task in memory. task: None for all of this one."""
    session_id, task_id = observation.session_id, observation.task_id
    is_elsewhere = session_id not in {None, session.service_id}
    if is_elsewhere and any(other.service_id == session_id for other in store.sessions()):
        return True
    if task_id is None:
        return False
    ours = store.tasks_of(session.key) if task is None else [task]
    if any(one.service_id == task_id for one in ours):
        return False
    return any(other.service_id == task_id for other in store.tasks())
