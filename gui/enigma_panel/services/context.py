"""What most services stand on: time, tasks of the event loop, records, account, calls, notices."""

import random

from msgspec import Struct
from PySide6.QtCore import QObject

from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.account import Account
from enigma_panel.services.clock import Clock
from enigma_panel.services.health import Health
from enigma_panel.services.notices import Notices
from enigma_panel.services.rate_limiter import RateLimiter
from enigma_panel.services.state.session_store import SessionStore


class ServiceContext(Struct, frozen=True, kw_only=True):
    """Context for services that need half of it or more; others take single parts."""

    clock: Clock
    scope: TaskScope
    rng: random.Random
    store: SessionStore
    account: Account
    health: Health
    rate_limiter: RateLimiter
    notices: Notices


class Service(QObject):
    """A service with each part of its context under that part's name."""

    def __init__(self, context: ServiceContext) -> None:
        super().__init__()
        self._clock = context.clock
        self._scope = context.scope
        self._rng = context.rng
        self._store = context.store
        self._account = context.account
        self._health = context.health
        self._rate_limiter = context.rate_limiter
        self._notices = context.notices
