"""The status bar: a dot, a few words, and how many notices need a look."""

from PySide6.QtWidgets import QFrame, QSizePolicy

from enigma_panel.services.container import Services
from enigma_panel.services.health import Health
from enigma_panel.services.types import KeyCheck, KeyState, ServiceStatus
from enigma_panel.ui.i18n import Translations, plain_tip
from enigma_panel.ui.notices.panel import look_text
from enigma_panel.ui.text.states import age, local_moment
from enigma_panel.ui.text.steps import live_tip
from enigma_panel.ui.text.waiting import count_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import ElidedLabel, make_button, make_row, set_role
from enigma_panel.ui.widgets.glyph_label import GlyphLabel

tr = Translations("Main window")

HEIGHT, DOT, SIDE = 28, 10, 16
_SEVERITIES = {ServiceStatus.UNASKED: Severity.DIM, ServiceStatus.OK: Severity.GREEN}


class StatusBar(QFrame):
    """The status bar: more than a dot and a few words only where something is wrong.

    look: opens the list of notices. The rest is in the tool tip.
    """

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._dot = GlyphLabel(Glyph.DISC, Severity.DIM, DOT)
        self.words = ElidedLabel("dim")
        self.look = make_button("", "look")
        self.words.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        row = make_row(self._dot, self.words, self.look, None)
        row.setContentsMargins(SIDE, 0, SIDE, 0)
        self.setLayout(row)
        self.setFixedHeight(theme.line_height(HEIGHT))
        self.show_count(0)
        self.refresh()

    def show_count(self, n: int) -> None:
        self.look.setText(look_text(n))
        self.look.setAccessibleName(self.look.text())
        self.look.setVisible(n > 0)

    def refresh(self) -> None:
        """Update the words; called once a second, so only what changed is set."""
        services = self._services
        health, now = services.health, services.clock.now_ms()
        is_lost = health.unreachable_since_ms is not None
        live = live_tip(services.live.share(), polls=services.sessions.is_polling)
        pending = count_text(services.sessions.all_pending(), now)
        state = offline_text(health, now) if is_lost else self._status()
        text = " · ".join(filter(None, (state, self._key(), pending)))
        set_role(self, "offline" if is_lost else "status")
        set_role(self.words, "amber" if is_lost else "dim")
        self._dot.show_severity(_SEVERITIES.get(health.status, Severity.AMBER))
        if self.words.text() != text:
            self.words.show_text(text)
        tip = "\n".join(filter(None, (self._load(now), live)))
        if self.words.accessibleDescription() != tip:
            self.setToolTip(plain_tip(tip))
            self.words.setAccessibleDescription(tip)

    def _status(self) -> str:
        match self._services.health.status:
            case ServiceStatus.OK:
                return tr("Connected")
            case ServiceStatus.FULL:
                return tr("The service has no free browser")
            case _:
                return tr("Connecting…")

    def _key(self) -> str:
        account = self._services.account
        if account.state is KeyState.LOOKING:
            return tr("Looking for the API key. Your desktop may ask for your keyring password.")
        if account.state is not KeyState.READY:
            return tr("No API key")
        return tr("API key refused") if account.last_check is KeyCheck.REFUSED else ""

    def _load(self, now_ms: int) -> str:
        """Return how many browsers the service has, and of when that is."""
        health = self._services.health
        if not health.tells_load:
            return tr("This service does not say how busy it is.")
        if health.free is None or health.asked_ms is None:
            return ""
        free = tr.plural("1 browser is free", "{n} browsers are free", health.free)
        if self._services.standby.is_on():  # nothing counts its seconds then
            return tr("{free}.", free=free)
        return tr("{free}, {ago}.", free=free, ago=age(now_ms - health.asked_ms))


def offline_text(health: Health, now_ms: int) -> str:
    """Return 'Service not reachable since 11:40. This is the last known state. Next try in 8 s.'

    Where nothing was heard in this run, nothing is said of whose state is shown.
    """
    since = health.unreachable_since_ms
    time = local_moment(now_ms if since is None else since, now_ms)
    text = tr("Service not reachable since {time}.", time=time)
    if health.heard_ms is not None:
        text = tr("{words} This is the last known state.", words=text)
    if health.next_try_ms is None or health.next_try_ms <= now_ms:
        return text  # a try is under way
    seconds = -(-(health.next_try_ms - now_ms) // 1000)
    return tr("{words} Next try in {n} s.", words=text, n=seconds)
