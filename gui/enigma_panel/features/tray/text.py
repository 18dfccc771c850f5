"""Texts of the tray."""

from enum import StrEnum

from enigma_panel.ui.i18n import Translations

tr = Translations("Tray")


class TrayState(StrEnum):
    """What the program does, most urgent last."""

    IDLE = "idle"
    RUNNING = "running"
    TROUBLE = "trouble"  # something keeps it from working: no connection, no key, a full disk
    ASKING = "asking"


def tray_tip(state: TrayState, *, running: int, asking: int, today: str) -> str:
    """'Enigma Control Panel: 2 sessions need you', and below it what today cost."""
    match state:
        case TrayState.ASKING:
            what = tr.plural("1 session needs you", "{n} sessions need you", asking)
        case TrayState.TROUBLE:
            what = tr("something is wrong; see the window")
        case TrayState.RUNNING:
            what = tr.plural("1 session is open", "{n} sessions are open", running)
        case TrayState.IDLE:
            what = tr("nothing is running")
    return "\n".join(filter(None, (tr("Enigma Control Panel: {what}", what=what), today)))


def hidden_text(*, is_open: bool) -> str:
    """Say that the window hides and the program runs on. is_open: a browser is, else tasks wait."""
    if is_open:
        return tr("Still running in the tray: sessions are open.")
    return tr("Still running in the tray: tasks are queued.")
