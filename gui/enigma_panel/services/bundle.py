"""What windows get: all services in one record."""

from dataclasses import dataclass

from enigma_panel.loop import TaskScope
from enigma_panel.services.account import Account
from enigma_panel.services.budget import RateLimiter
from enigma_panel.services.clock import Clock
from enigma_panel.services.fleet import Sessions
from enigma_panel.services.inbox import Inbox
from enigma_panel.services.line import TaskQueue
from enigma_panel.services.live import Live
from enigma_panel.services.settings_book import SettingsBook
from enigma_panel.services.timeline import Timeline
from enigma_panel.services.vitals import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services of one run. keep_folder: where the data lies, as text for people."""

    fleet: Sessions
    inbox: Inbox
    line: TaskQueue
    rate_limiter: RateLimiter
    live: Live
    timeline: Timeline
    health: Health
    account: Account
    settings: SettingsBook
    clock: Clock
    scope: TaskScope
    demo: bool
    keep_folder: str
