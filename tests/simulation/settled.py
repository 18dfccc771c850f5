"""What still waits for something, after the storm."""

from typing import TYPE_CHECKING

from enigma_panel.core.models import Session, Task

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.world import World


def unsettled(world: "World", parts: "Parts") -> list[str]:
    """In words, what has not settled: tasks, sessions, commands, the model's own sessions."""
    left = [_of_task(t, parts) for t in parts.services.store.tasks() if not t.is_final]
    left += [_of_session(s) for s in parts.services.store.sessions() if not s.is_ended]
    pending = parts.services.sessions.all_pending()
    left += [f"{one.verb} of session {one.session_key} waits: {one.why}" for one in pending]
    return left + _alive(world, parts)


def tasks_of(parts: "Parts", session_key: int) -> list[Task]:
    return [task for task in parts.services.store.tasks() if task.session_key == session_key]


def _of_task(task: Task, parts: "Parts") -> str:
    session = parts.services.store.session(task.session_key)
    phase = session.phase if session is not None else "missing"
    return f"task {task.key} is {task.status} in session {task.session_key} ({phase})"


def _of_session(session: Session) -> str:
    return f"session {session.key} is {session.phase}"


def _alive(world: "World", parts: "Parts") -> list[str]:
    """Sessions that cost money although the person has ended all that is known.

    One that was said to be gone while an unnamed task may work there is believed to be.
    """
    if world.storm.clock_was_set:  # then the program takes some for expired that are not
        return []
    world.model.advance()
    known = {s.service_id for s in parts.services.store.sessions()}
    return [
        f"the service still runs {key}"
        for key, session in world.model.sessions.items()
        if session.ended is None and key in known and not world.checks.queue.is_said_gone(key)
    ]
