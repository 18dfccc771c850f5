"""Texts for the ledger's way to another computer."""

from collections.abc import Callable

from msgspec import Struct

from enigma_panel.services.exports import Exported, FileOrder
from enigma_panel.services.ledger_transfer import ImportFault, LedgerImportError
from enigma_panel.store.ledger.transfer import Contents
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.states import local_moment

tr = Translations("Export")


class Leaving(Struct, frozen=True, kw_only=True):
    """What is under way while the ledger is exported: so many sessions are or may be open, tasks
    wait in line, commands wait, starts are under way."""

    open: int = 0
    queued: int = 0
    commands: int = 0
    starts: int = 0


_FAULTS: dict[ImportFault, Callable[[str], str]] = {
    ImportFault.NOT_EMPTY: lambda _: tr(
        "This ledger is not empty, and nothing of it is ever replaced. A ledger can be imported "
        "where nothing was started so far: with another data folder (--data-dir) the program "
        "begins with an empty one."
    ),
    ImportFault.MISSING: lambda _: tr("There is no such file."),
    ImportFault.NOT_A_FILE: lambda _: tr("This is no file."),
    ImportFault.NOT_EXPORTED: lambda _: tr(
        "This is no exported ledger. Choose the file that “Export ledger…” made at the other "
        "computer."
    ),
    ImportFault.NOT_FINISHED: lambda _: tr(
        "Another program has this file open and has not finished it. Close that, or copy the file "
        "once more."
    ),
    ImportFault.NEWER: lambda _: tr(
        "A newer version of this program exported it. Install that version here first."
    ),
    ImportFault.DAMAGED: lambda _: tr(
        "The file is damaged. Nothing of it was taken over: copy it once more, or export again."
    ),
    ImportFault.DISK_FULL: lambda _: tr(
        "The disk has no room for it. Nothing of it was taken over."
    ),
    ImportFault.DISK: lambda reason: tr(
        "It cannot be taken over ({reason}).", reason=reason or tr("no reason was given")
    ),
}


def purpose_text() -> str:
    """What an export of the ledger is for."""
    return tr(
        "For moving to another computer: all tasks, their results and the sessions go into one "
        "file. There, “Import ledger…” in the menu takes it over."
    )


def secrets_text() -> str:
    """What the file opens."""
    return tr(
        "The file opens your sessions: it holds their ids and the addresses of their streams. Keep "
        "it to yourself and delete it once it is imported. No API key is in it."
    )


def leaving_text(leaving: Leaving) -> str:
    """What comes along, what stays behind, and what is to be done about it: a line each."""
    lines = [
        tr("Exporting pauses the line here until you click “Go on”."),
        _queued(leaving.queued),
        _commands(leaving.commands),
        _starts(leaving.starts),
        _open(leaving.open),
    ]
    return "\n".join(line for line in lines if line)


def _queued(n: int) -> str:
    return (
        tr.plural(
            "1 task waits in line: it comes as not started.",
            "{n} tasks wait in line: they come as not started.",
            n,
        )
        if n
        else ""
    )


def _commands(n: int) -> str:
    return (
        tr.plural("1 command waits: it stays behind.", "{n} commands wait: they stay behind.", n)
        if n
        else ""
    )


def _starts(n: int) -> str:
    return (
        tr.plural(
            "1 start is under way: it comes as unconfirmed. Better wait for it.",
            "{n} starts are under way: they come as unconfirmed. Better wait for them.",
            n,
        )
        if n
        else ""
    )


def _open(n: int) -> str:
    if not n:
        return tr("Two programs must not run the same sessions: quit this one afterwards.")
    return tr.plural(
        "1 session is or may be open. Two programs must not run it: quit this one afterwards.",
        "{n} sessions are or may be open. "
        "Two programs must not run them: quit this one afterwards.",
        n,
    )


def percent_text(done: int) -> str:
    """'12 %'."""
    return tr("{n} %", n=done)


def ledger_done_text(order: FileOrder, exported: Exported, *, is_paused: bool) -> str:
    """That it was exported, under which name where that is another one, and what it did here.

    is_paused: the line still is; nobody clicked "Go on" meanwhile.
    """
    done = tr("Exported the ledger.")
    if exported.path != order.path:
        done = tr("Exported the ledger as “{name}”.", name=shorten(exported.path.name))
    if is_paused:
        return tr("{done} The line is paused.", done=done)
    return tr("{done} The line goes on; what it starts now is not in it.", done=done)


def import_purpose_text() -> str:
    """What an import is for, and what comes of it."""
    return tr(
        "Goes on with a ledger that “Export ledger…” made at another computer. It takes the place "
        "of the one here, which is empty; the program begins anew with it."
    )


def import_rules_text() -> str:
    """What to know before: a line each."""
    lines = (
        tr("What waited in line comes as not started; nothing of it starts by itself."),
        tr("Two programs must not run the same sessions: quit the other one first."),
        tr("Your API key does not come along: enter it here."),
        tr("Import only what you exported yourself."),
    )
    return "\n".join(lines)


def contents_text(contents: Contents, now_ms: int) -> str:
    """'Exported at 14:31: 125 tasks; 2 sessions were or may have been open.'"""
    tasks = tr.plural("1 task", "{n} tasks", contents.tasks)
    time = local_moment(contents.made_ms, now_ms)
    if not contents.sessions_open:
        return tr("Exported {time}: {tasks}; no session was open.", time=time, tasks=tasks)
    opened = tr.plural(
        "1 session was or may have been open",
        "{n} sessions were or may have been open",
        contents.sessions_open,
    )
    return tr("Exported {time}: {tasks}; {opened}.", time=time, tasks=tasks, opened=opened)


def import_fault_text(error: LedgerImportError) -> str:
    """Why a ledger is not imported."""
    return _FAULTS[error.fault](error.reason)
