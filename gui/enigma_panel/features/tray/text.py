"""Texts of the tray: its tip, and a line for each open question."""

from enum import StrEnum

from enigma_panel.core.questions.kinds import is_about_money
from enigma_panel.services.types import OpenQuestion
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.questions import kind_label
from enigma_panel.ui.text.states import countdown

tr = Translations("Tray")

NAME_CHARS = 40


class TrayState(StrEnum):
    """What the program does, most urgent last."""

    IDLE = "idle"
    RUNNING = "running"
    TROUBLE = "trouble"  # something keeps it from working: no connection, no key, a full disk
    ASKING = "asking"


def tray_tip(state: TrayState, *, running: int, asking: int) -> str:
    """'Enigma Control Panel: 2 sessions ask you'."""
    match state:
        case TrayState.ASKING:
            what = tr.plural("1 session needs you", "{n} sessions need you", asking)
        case TrayState.TROUBLE:
            what = tr("something is wrong; see the window")
        case TrayState.RUNNING:
            what = tr.plural("1 session is open", "{n} sessions are open", running)
        case TrayState.IDLE:
            what = tr("nothing is running")
    return tr("Enigma Control Panel: {what}", what=what)


def question_entry(question: OpenQuestion, name: str, now_ms: int) -> str:
    """'amazon.com 1 – Login – 4:10'; none of the agent's words: a menu may be seen by all."""
    kind = tr("Money") if is_about_money(question.text) else kind_label(question.kind)
    name = shorten(name, NAME_CHARS) or tr("A session")
    if question.expires_ms is None:
        return tr("{name} – {kind}", name=name, kind=kind)
    left = countdown(question.expires_ms, now_ms)
    return tr("{name} – {kind} – {left}", name=name, kind=kind, left=left)


def hidden_text(*, is_open: bool) -> str:
    """Say that the window hides and the program runs on. is_open: a browser is, else tasks wait."""
    if is_open:
        return tr("Still running in the tray: sessions are open.")
    return tr("Still running in the tray: tasks are queued.")
