"""Notices from any service: news that no row shows by itself."""

from typing import Unpack

from PySide6.QtCore import QObject, Signal

from enigma_panel.api.errors import ApiError
from enigma_panel.services.types import LedgerError, NoticeFacts, NoticeKind, ServiceNotice


class Notices(QObject):
    """Notices of all services. said: a ServiceNotice."""

    said = Signal(object)

    def notify(
        self,
        kind: NoticeKind,
        session_key: int | None = None,
        task_key: int | None = None,
        error: ApiError | None = None,
        **facts: Unpack[NoticeFacts],
    ) -> None:
        """Send one notice about these records."""
        self.said.emit(
            ServiceNotice(
                kind=kind, session_key=session_key, task_key=task_key, error=error, facts=facts
            )
        )

    def notify_ledger_failed(self, error: LedgerError) -> None:
        """Send the notice that what happened could not be written."""
        self.notify(NoticeKind.LEDGER_FAILED, reason=str(error))
