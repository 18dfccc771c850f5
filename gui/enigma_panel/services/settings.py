"""The settings in use; changes are written off the GUI thread, several at once as one."""

import logging
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.api.address import BadAddressError, parse_base_url
from enigma_panel.core.service_rules import Dialect
from enigma_panel.runtime.event_loop import Executor, TaskScope
from enigma_panel.services.account import Account
from enigma_panel.store import settings as store
from enigma_panel.store.settings import Settings, SettingsError

Section = TypeVar("Section", bound=Struct)
log = logging.getLogger(__name__)


class SettingsBook(QObject):
    """Holds the settings; `failed` brings the error of a write once until one succeeds."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, path: Path, value: Settings, executor: Executor, scope: TaskScope) -> None:
        super().__init__()
        self.value = value
        self._path = path
        self._executor = executor
        self._scope = scope
        self._saved = value
        self._sections: dict[type[Struct], Struct] = {}
        self._read_from = value.others

    def section(self, kind: type[Section]) -> Section:
        """A feature's settings, all defaults where nobody has changed any."""
        if self._read_from is not self.value.others:
            self._read_from, self._sections = self.value.others, {}
        found = self._sections.get(kind)
        if not isinstance(found, kind):
            found = self._sections[kind] = store.section(self.value, kind)
        return found

    def change_section(self, kind: type[Struct], **fields: Any) -> None:
        """Change some of a feature's settings; they are on disk a moment later."""
        changed = msgspec.structs.replace(self.section(kind), **fields)
        self._use(store.with_section(self.value, changed))

    def change(self, **fields: Any) -> None:
        """Change some settings; they are on disk a moment later."""
        self._use(msgspec.structs.replace(self.value, **fields))

    def _use(self, value: Settings) -> None:
        self.value = value
        self.changed.emit()
        self._scope.spawn("save settings", self.flush(), exclusive=True)

    async def flush(self) -> None:
        """Write until the file has what is in memory."""
        while self._saved != self.value:
            value = self.value
            try:
                await self._executor.run(store.save, self._path, value)
            except SettingsError as error:
                log.warning("settings were not saved: %s", error.reason)
                self.failed.emit(error)
                return
            self._saved = value


def keeps_dialect(settings: SettingsBook, account: Account) -> bool:
    """Whether the choice is kept: not for an address of this run alone (`--base-url`, demo)."""
    try:  # as somebody may have typed it into the file
        return parse_base_url(settings.value.base_url) == account.base_url
    except BadAddressError:
        return False


async def use_address(settings: SettingsBook, account: Account, text: str) -> None:
    """Use another address and keep it, with its dialect. Raises BadAddressError."""
    await account.set_base_url(text)
    if not keeps_dialect(settings, account):
        # Neither what was chosen for the address before nor what the command line says.
        chosen = None if account.is_dialect_for_run else account.chosen_dialect
        settings.change(base_url=account.base_url, dialect=chosen or "")


def choose_dialect(settings: SettingsBook, account: Account, dialect: Dialect | None) -> None:
    """Choose the dialect for what is opened from now on, None for the one that is preset."""
    account.choose_dialect(dialect)
    if keeps_dialect(settings, account):
        settings.change(dialect=dialect or "")
