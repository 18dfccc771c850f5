"""The banner above the tables while there is no connection, and for a moment after it came back."""

from PySide6.QtWidgets import QFrame, QWidget

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.service_rules import POLL_MS
from enigma_panel.services.container import Services
from enigma_panel.services.types import Diff
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.connection import back_text, offline_text
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import ElidedLabel, make_row, set_role
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.pointer_hold import PointerHold

tr = Translations("Connection")

FADE_MS = 20_000
"""How long the banner says that the connection is back."""
_ENDS = frozenset({TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.STOPPED})


class ConnectionBanner(QFrame):
    """Shows that the connection is lost, or back.

    While somebody aims at a row it neither comes nor goes.
    """

    def __init__(
        self, services: Services, hold: PointerHold, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._hold = hold
        self._glyph = GlyphLabel(Glyph.BANG, Severity.AMBER)
        self._text = ElidedLabel()
        self._lost_since_ms: int | None = None
        self._lost_ms = 0
        self._back_ms: int | None = None
        self._at_work: set[int] = set()
        self._n_finished = 0
        self._build()
        services.health.changed.connect(self.refresh)
        services.sessions.changed.connect(self._follow_tasks)
        hold.released.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow the connection; called once a second, too."""
        since = self._services.health.unreachable_since_ms
        if since is not None and since != self._lost_since_ms:
            self._lose(since)
        elif since is None and self._lost_since_ms is not None:
            self._come_back(self._lost_since_ms)
        self._show()

    def _build(self) -> None:
        set_role(self, "notice")
        self.setAccessibleName(tr("Connection"))
        row = make_row(self._glyph, self._text)
        row.setStretch(1, 1)
        row.setContentsMargins(12, 6, 12, 6)
        self.setLayout(row)
        self.hide()

    def _lose(self, since_ms: int) -> None:
        sessions = self._services.sessions
        records = filter(None, map(sessions.session, sessions.session_keys()))
        tasks = filter(None, map(sessions.current_task, records))
        self._at_work = {task.key for task in tasks if task.may_be_at_work}
        self._n_finished = 0
        self._lost_since_ms, self._back_ms = since_ms, None

    def _come_back(self, since_ms: int) -> None:
        now = self._services.clock.now_ms()
        self._lost_since_ms, self._back_ms, self._lost_ms = None, now, now - since_ms

    def _follow_tasks(self, diff: Diff) -> None:
        """Count tasks that were at work at the loss and are over at the first news of them."""
        heard = self._at_work.intersection(diff.tasks) if self._is_of_meanwhile() else frozenset()
        if not heard:
            return
        tasks = [task for task in map(self._services.sessions.task, heard) if task is not None]
        self._n_finished += sum(task.status in _ENDS for task in tasks)
        if self._back_ms is not None:
            self._at_work -= heard
        else:  # nothing but an end is news of a task while there is no connection
            self._at_work -= {task.key for task in tasks if task.is_final}
        self._show()

    def _is_of_meanwhile(self) -> bool:
        """Return whether a change may belong to the time without a connection.

        All tasks are polled as soon as it is back; the next round of polls brings later changes.
        """
        if self._back_ms is None:
            return self._lost_since_ms is not None
        return self._services.clock.now_ms() - self._back_ms < POLL_MS

    def _show(self) -> None:
        now = self._services.clock.now_ms()
        if self._lost_since_ms is not None:
            self._say(offline_text(self._services.health, now), Glyph.BANG, Severity.AMBER)
        elif self._back_ms is not None:
            text = back_text(self._lost_ms, self._n_finished)
            self._say(text, Glyph.CHECK, Severity.GREEN)
            if now - self._back_ms >= FADE_MS and not self._hold.is_held:
                self._back_ms = None
        is_wanted = self._lost_since_ms is not None or self._back_ms is not None
        if not self._hold.is_held:
            self.setVisible(is_wanted)

    def _say(self, text: str, glyph: Glyph, severity: Severity) -> None:
        self._glyph.show_glyph(glyph, severity)
        if self._text.text() != text:
            self._text.show_text(text)
