"""The page behind ``webViewURL``: what the agent is doing now, drawn without any script."""

from __future__ import annotations

from html import escape

from enigma_panel.sim.session import Session
from enigma_panel.sim.task import Task, TaskState

_STYLE = """
body{margin:0;background:#20242c;color:#e8eaf0;font:16px/1.5 system-ui,sans-serif}
header{background:#343a46;padding:8px 16px;color:#b9c0cf}
header b{background:#20242c;color:#e8eaf0;border-radius:12px;padding:3px 14px;font-weight:400}
main{padding:24px 40px}h1{font-size:24px;margin:0 0 8px}ol{color:#aab2c3}
.now{font-size:20px;border-left:4px solid #6aa9ff;padding-left:14px}
"""
_WORDS = {
    TaskState.PAUSED: "Paused",
    TaskState.ASKING: "Waiting for your answer",
    TaskState.QUEUED: "Waiting for its turn",
}
_SHOWN = 8


def session_page(session: Session | None) -> tuple[int, str]:
    """Draw a session: HTTP status and HTML. Unknown sessions get a plain 404 page."""
    if session is None:
        return 404, _page("Not found", "<h1>No such session</h1><p>It may have ended.</p>", False)
    if session.ended is not None:
        text = f"<h1>Session {escape(session.reason)}</h1><p>The browser is closed.</p>"
        return 200, _page("Closed", text, False)
    task = session.current
    if task is None:
        return 200, _page("Ready", "<h1>Ready</h1><p>No task is running here.</p>", True)
    return 200, _page(task.step.target if task.step else "…", _task(task), True)


def _task(task: Task) -> str:
    now = _WORDS.get(task.state, task.step.note if task.step else "Starting")
    if task.question:
        now = f"{now}: {task.question}"
    done = "".join(f"<li>{escape(step.note)}</li>" for step in task.steps_done[-_SHOWN:])
    return (
        f"<h1>{escape(task.request.text[:200])}</h1><p class=now>{escape(now)}</p><ol>{done}</ol>"
    )


def _page(address: str, body: str, alive: bool) -> str:
    refresh = '<meta http-equiv="refresh" content="1">' if alive else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        f"<title>Demo browser</title><style>{_STYLE}</style></head><body>"
        f"<header>Demo browser &nbsp; <b>{escape(address)}</b></header>"
        f"<main>{body}</main></body></html>"
    )
