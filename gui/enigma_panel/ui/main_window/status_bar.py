"""The status bar: how the service is and how updates arrive."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from enigma_panel.services.container import Services
from enigma_panel.services.types import KeyCheck, KeyState, ServiceStatus
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.states import age
from enigma_panel.ui.text.steps import live_text
from enigma_panel.ui.text.waiting import count_text
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import ElidedLabel, make_label
from enigma_panel.ui.widgets.glyph_label import GlyphLabel

tr = Translations("Main window")

GAP, APART, BETWEEN, SIDE = 22, 16, 6, 10
STATUS_LEAST = 150
"""Room for how the service is, before anything else is left out."""
_SEVERITIES = {
    ServiceStatus.UNASKED: Severity.DIM,
    ServiceStatus.OK: Severity.GREEN,
    ServiceStatus.FULL: Severity.AMBER,
    ServiceStatus.TROUBLED: Severity.AMBER,
    ServiceStatus.UNREACHABLE: Severity.RED,
}


class StatusBar(QWidget):
    """The status bar; every figure has its age."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._glyph = GlyphLabel(Glyph.DISC, Severity.DIM, 12)
        self._status = ElidedLabel("dim")
        self._live = make_label(role="dim")
        self._pending = make_label(role="dim")
        self._key = make_label(role="dim")
        self._build()
        self.refresh()

    def refresh(self) -> None:
        """Update all parts; called once a second, so only what changed is set."""
        health = self._services.health
        self._glyph.show_severity(_SEVERITIES[health.status])
        if self._status.text() != self._status_text():
            self._status.show_text(self._status_text())
        self._show_live()
        _set(self._key, self._key_text())
        self.refresh_pending()

    def refresh_pending(self) -> None:
        """Show how many commands wait; takes no room while none does."""
        now = self._services.clock.now_ms()
        text = count_text(self._services.sessions.all_pending(), now)
        _set(self._pending, text)
        self._fit()

    def _show_live(self) -> None:
        """Show how updates arrive; takes no room while none can."""
        live = live_text(self._services.live.share(), polls=self._services.sessions.is_polling)
        _set(self._live, live.word)
        _set_tip(self._live, live.tip)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SIDE, 0, SIDE, 0)
        row.setSpacing(BETWEEN)
        row.addWidget(self._glyph)
        row.addWidget(self._status)
        self._status.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._live.setIndent(GAP)
        row.addWidget(self._live)  # hidden it takes its gap along
        row.addStretch(1)
        for label in (self._key, self._pending):
            label.setContentsMargins(APART, 0, 0, 0)
            row.addWidget(label)

    def _fit(self) -> None:
        """Hide whole parts, the least urgent first, where they would be cut."""
        status = self._status.sizeHint().width()
        least = min(STATUS_LEAST, status)
        left = self.width() - 2 * SIDE - self._glyph.width() - BETWEEN
        account = self._services.account
        works = account.state is KeyState.READY and account.last_check is not KeyCheck.REFUSED
        key = (self._key, status if works else least)  # where a key that works is kept can wait
        others = [(self._live, least)]
        others.insert(1 if works else 0, key)
        for label, for_status in ((self._pending, least), *others):
            needs = label.sizeHint().width() + BETWEEN
            is_shown = bool(label.text()) and needs + for_status <= left
            left -= needs if is_shown else 0
            label.setVisible(is_shown)

    # -- texts -------------------------------------------------------------------------------

    def _status_text(self) -> str:
        health, now = self._services.health, self._services.clock.now_ms()
        # Nothing counts its seconds in standby.
        is_aged = not self._services.standby.is_on()
        asked = age(now - health.asked_ms) if is_aged and health.asked_ms is not None else ""
        free = (
            tr.plural("1 browser free", "{n} browsers free", health.free)
            if health.free is not None
            else ""
        )
        match health.status:
            case ServiceStatus.OK if not health.tells_load:
                return tr("connected; this service does not tell its load")
            case ServiceStatus.OK:
                return ", ".join(part for part in (tr("service ok"), free, asked) if part)
            case ServiceStatus.FULL:
                return ", ".join(part for part in (tr("no free browser"), asked) if part)
            case ServiceStatus.TROUBLED:
                return tr("the service answers in a way that makes no sense")
            case ServiceStatus.UNREACHABLE:
                return tr("no connection")
            case _:
                return tr("no answer from the service yet")

    def _key_text(self) -> str:
        account = self._services.account
        if account.state is KeyState.LOOKING:
            return tr("looking for the API key…")
        if account.state is not KeyState.READY:
            return tr("no API key")
        if account.last_check is KeyCheck.REFUSED:
            return tr("the API key was refused")
        if account.from_environment:
            return tr("API key from the environment")
        return tr("API key in memory until you quit") if account.where == "memory" else ""

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _set(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)


def _set_tip(label: QLabel, tip: str) -> None:
    if label.toolTip() != tip:
        label.setToolTip(tip)
        label.setAccessibleDescription(tip)
