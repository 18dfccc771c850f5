"""Switch-offs of the ledger: what is written when, and what a restart makes of it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from enigma_panel.core.models import TaskStatus
from enigma_panel.services import recovery
from enigma_panel.services.commands.commands import Commands
from enigma_panel.services.commands.delivery import CommandSender
from enigma_panel.services.state import session_store
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import IntentKind
from enigma_panel.store.ledger.ledger import Ledger

Patches = list[tuple[Any, Any, Any]]


def intent_after_the_send() -> Patches:
    """The intent is in the ledger only when its outcome is written."""
    open_intent, settle = Ledger.open_intent, Ledger.settle

    def opens(ledger: Any, *args: Any, **kwargs: Any) -> Any:
        intent = open_intent(ledger, *args, **kwargs)
        sql = "UPDATE intents SET outcome = 'known' WHERE key = ?"
        with ledger._db.transaction():
            ledger._db.execute(sql, (intent.key,))
        return intent

    def settles(ledger: Any, intent_key: int, *args: Any, **kwargs: Any) -> None:
        sql = "UPDATE intents SET outcome = NULL WHERE key = ?"
        with ledger._db.transaction():
            ledger._db.execute(sql, (intent_key,))
        settle(ledger, intent_key, *args, **kwargs)

    return [(Ledger, "open_intent", opens), (Ledger, "settle", settles)]


def recovery_forgets_intents() -> Patches:
    """The next start does not look for calls whose fate was never recorded."""
    return [(Ledger, "unsettled", lambda _: [])]


def recovery_takes_intents_for_refused() -> Patches:
    """The next start puts what was being sent back into the queue."""
    real = recovery.recover

    async def recover(services: Any) -> Any:
        told = await real(services)
        for task in services.store.tasks():
            if task.status is TaskStatus.UNCONFIRMED and not task.service_id:
                again = _back_in_line(task)
                await services.store.update(again)
        return told

    return [(recovery, "recover", recover)]


def _back_in_line(task: Any) -> Any:
    from msgspec.structs import replace

    return replace(task, status=TaskStatus.QUEUED)


def settle_without_the_ledger() -> Patches:
    """The outcome of a call is kept in memory alone."""
    return [(Ledger, "settle", lambda *_, **__: None)]


def facts_are_written_later() -> Patches:
    """Questions, ends and ids of polls wait for the next flush, as figures do."""
    return [(session_store, "_only_figures", lambda *_: True)]


def ids_are_written_later() -> Patches:
    """What a reply named is written with the next figures."""
    real = SessionStore.settle

    async def settle(self: Any, intent: Any, outcome: Any, seen: Any) -> Any:
        if seen.session_id is None and seen.task_id is None:
            return await real(self, intent, outcome, seen)
        task = self.task(intent.task.key) if intent.task else None
        session, task = self._reduce(self.session(intent.session.key), task, seen)
        records = [r for r in (session, task) if r is not None]
        self._dirty |= {(type(r), r.key) for r in records}
        self._emit(records)
        return session, task

    return [(SessionStore, "settle", settle)]


def failed_writes_are_lost() -> Patches:
    """What a full disk refused is not tried again."""
    real = LedgerWriter.catch_up

    async def catch_up(self: Any) -> None:
        await real(self)
        self._unwritten.clear()

    return [(LedgerWriter, "catch_up", catch_up)]


def commands_are_not_kept() -> Patches:
    """A Terminate that has not gone out ends with the process."""

    async def intend(*_: Any) -> None:
        return None

    return [(CommandSender, "_keep", intend)]


def commands_are_kept_at_the_click_alone() -> Patches:
    """What the ledger refused at the click is not written when it can be."""

    async def keep(self: Any, command: Any) -> None:
        session = self._store.session(command.key)
        if command.rules.is_durable and command.intent is None and session is not None:
            what = IntentKind.STATE, session, self._store.current_task(session), command.verb
            with suppress(LedgerError):
                command.intent = await self._store.intend(*what)

    return [(CommandSender, "_keep", keep)]


def kept_commands_are_not_sent() -> Patches:
    """The next start leaves the Terminates of the last one alone."""

    async def adopt(*_: Any) -> None:
        return None

    return [(Commands, "adopt", adopt)]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "intent after the send": intent_after_the_send,
    "recovery forgets unsettled intents": recovery_forgets_intents,
    "recovery takes unsettled intents as refused": recovery_takes_intents_for_refused,
    "settle without the ledger": settle_without_the_ledger,
    "facts not written at once": facts_are_written_later,
    "ids not written at once": ids_are_written_later,
    "failed writes not tried again": failed_writes_are_lost,
    "commands not kept over a kill": commands_are_not_kept,
    "commands kept at the click alone": commands_are_kept_at_the_click_alone,
    "kept commands not sent": kept_commands_are_not_sent,
}
