"""Sign, words and keys of each command, with what it costs, by the keys of `core/verbs.py`."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme.palette import Glyph

tr = Translations("Commands")

GLYPHS: Mapping[CommandVerb, Glyph] = {
    CommandVerb.PAUSE: Glyph.PAUSE,
    CommandVerb.RESUME: Glyph.RESUME,
    CommandVerb.STOP: Glyph.STOP,
    CommandVerb.TERMINATE: Glyph.TERMINATE,
}


class VerbText(Struct, frozen=True, kw_only=True):
    """The words of a command.

    going: said while it can be taken back for a moment. tip: what it does and what that costs; tool
    tip and spoken description. failed: what may be so, and cost money, where it did not arrive.
    """

    label: str
    going: str
    tip: str
    keys: str
    failed: str = ""


def verb_text(verb: CommandVerb) -> VerbText:
    match verb:
        case CommandVerb.PAUSE:
            return VerbText(
                label=tr("Pause"),
                going=tr("Pausing"),
                tip=tr("The agent waits. The browser stays open and costs money."),
                keys="Ctrl+P",
            )
        case CommandVerb.RESUME:
            return VerbText(
                label=tr("Resume"),
                going=tr("Resuming"),
                tip=tr("The agent carries on."),
                keys="Ctrl+R",
            )
        case CommandVerb.STOP:
            return VerbText(
                label=tr("Stop"),
                going=tr("Stopping"),
                tip=tr(
                    "Ends the task. The browser stays open and costs money, unless set to close."
                ),
                keys="Ctrl+.",
            )
        case CommandVerb.TERMINATE:
            return VerbText(
                label=tr("Terminate"),
                going=tr("Terminating"),
                tip=tr("Closes the browser. Billing stops."),
                keys="Ctrl+Del",
                failed=tr("The browser may still be open and cost money."),
            )


def verb_label(verb: CommandVerb) -> str:
    """Return the label of a command: 'Terminate'."""
    return verb_text(verb).label


def bulk_label(verb: CommandVerb, able: int, n: int) -> str:
    """Return 'Stop', for several 'Stop 7': so many of them can take it."""
    label = verb_label(verb)
    return tr("{verb} {n}", verb=label, n=able) if n > 1 and able else label


def verb_labels(verbs: Iterable[CommandVerb]) -> str:
    """Return the labels of commands: 'Pause, Stop, Terminate'."""
    return tr(", ").join(map(verb_label, verbs))


def sending_text(verb: CommandVerb) -> str:
    """Return what stands behind the state while a command is sent: 'Terminating…'."""
    return tr("{going}…", going=verb_text(verb).going)


def sent_text(verb: CommandVerb) -> str:
    """Return that a command was sent: 'Terminate sent'."""
    return tr("{verb} sent", verb=verb_label(verb))
