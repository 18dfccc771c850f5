"""The person changes the key or the address in the settings, and back.

The service may refuse the key for a while. In some seeds.
"""

import hashlib
import random
from typing import TYPE_CHECKING

from enigma_panel.api.protocols import ApiCall
from enigma_panel.simulator.settings import DEMO_KEY
from enigma_panel.store.keychain import MemoryStore
from tests.kit.gateways import GatewayReply
from tests.simulation.calls import Sent, session_of
from tests.simulation.weather import Fate, Kind

if TYPE_CHECKING:
    from enigma_panel.services.account import Account
    from tests.simulation.world import World

OWN_HOST, OTHER_HOST = "https://connect.enigma.click", "https://other.example"
OTHER_KEY = "enig_other"
_NOBODY = GatewayReply("another host", 404, "<h1>404 Not Found</h1>", None, "any web server")


def fingerprint(key: str, base_url: str) -> str:
    return hashlib.sha256(f"{base_url} {key}".encode()).hexdigest()[:16]


class SettingsChanges:
    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._keychains: dict[str, MemoryStore] = {}
        self._opened_with: dict[str, tuple[str, str]] = {}
        self._last = -1e9
        self.key_is_refused = False

    def begin(self) -> None:
        """Put into the timeline what this seed has in store."""
        for rate, change in (
            (0.07, self._change_key), (0.05, self._change_host), (0.07, self._refuse_key),
        ):  # fmt: skip
            if self._rng.random() < rate:
                seconds = self._rng.uniform(2.0, self._world.storm.lasts)
                self._world.timeline.after(seconds, change)

    def keychain(self, base_url: str) -> MemoryStore:
        """Of the person who uses one program after the other."""
        return self._keychains.setdefault(base_url, MemoryStore())

    def fate(self, base_url: str, fate: Fate) -> Fate:
        """Of a call: on another host nobody knows of it."""
        if base_url == OWN_HOST:
            return fate
        return Fate(Kind.GATEWAY, fate.out, fate.back, gateway=_NOBODY)

    def sent(self, sent: Sent, raw: bytes | None, key: str, base_url: str) -> None:
        """What is said to a session is said with the key and to the host that opened it."""
        if sent.verb in {ApiCall.HEALTH, ApiCall.MODELS}:
            return
        opened = self._opened_with.get(session_of(sent.path, raw), (key, base_url))
        if opened != (key, base_url):
            self._world.fail("a session has its own key and host", str(sent))

    def opened(self, sent: Sent, key: str, base_url: str) -> None:
        if sent.opened is not None:
            self._opened_with[sent.opened] = (key, base_url)

    @property
    def is_in_the_way(self) -> bool:
        """Whether another key or host is or was in use, or the key was refused, a moment ago."""
        if self.key_is_refused or not self._is_as_before():
            self._last = self._world.timeline.now
        return self._last > self._world.timeline.now - 2.0

    def is_out_of_reach(self, session_id: str | None) -> bool:
        """Whether a session of the service was opened with another key than the one in use."""
        account = self._account()
        key, base_url = self._opened_with.get(session_id or "", ("", ""))
        return account is not None and account.key_fingerprint != fingerprint(key, base_url)

    def tidy(self) -> None:
        """In the calm the person goes back to the key of what has not settled, until all has."""
        account = self._account()
        if account is None:
            return
        if account.base_url != OWN_HOST:
            self._world.person.do("own address", self._to_own_host(account))
            return
        open_with = self._open_with()
        if account.key_fingerprint in open_with:
            return
        keys = {fingerprint(key, OWN_HOST): key for key in (DEMO_KEY, OTHER_KEY)}
        wanted = next((key for mark, key in keys.items() if mark in open_with), DEMO_KEY)
        if account.key_fingerprint != fingerprint(wanted, OWN_HOST):
            self._save(account, wanted)

    # -- inside --------------------------------------------------------------------------------

    def _change_key(self) -> None:
        account = self._account()
        if account is not None and not self._world.storm.is_over:
            self._save(account, OTHER_KEY)
            self._world.timeline.after(self._rng.uniform(3.0, 40.0), self._back)

    def _change_host(self) -> None:
        account = self._account()
        if account is not None and not self._world.storm.is_over:
            self._world.person.do("other address", account.set_base_url(OTHER_HOST))
            self._world.timeline.after(self._rng.uniform(3.0, 40.0), self._back)

    def _back(self) -> None:
        account = self._account()
        if account is None or self._world.storm.is_over:
            return
        if account.base_url != OWN_HOST:
            self._world.person.do("own address", self._to_own_host(account))
        elif account.key_fingerprint != fingerprint(DEMO_KEY, OWN_HOST):
            self._save(account, DEMO_KEY)

    async def _to_own_host(self, account: "Account") -> None:
        self._last = self._world.timeline.now  # what was in the way may not have been looked at
        await account.set_base_url(OWN_HOST)
        if account.dialect is not self._world.dialect:  # the preset one holds for a new address
            account.choose_dialect(self._world.dialect)

    def _refuse_key(self) -> None:
        self._world.trace("key refused")
        self.key_is_refused = True
        seconds = self._rng.uniform(2.0, 60.0)
        self._world.timeline.after(seconds, self._accept_key, outside=True)

    def _accept_key(self) -> None:
        self._world.trace("key accepted")
        self._last = self._world.timeline.now
        self.key_is_refused = False

    def _save(self, account: "Account", key: str) -> None:
        self._last = self._world.timeline.now

        async def save() -> None:
            await account.save(key, even_refused=True)

        self._world.person.do(f"uses {key}", save())

    def _is_as_before(self) -> bool:
        account = self._account()
        mark = fingerprint(DEMO_KEY, OWN_HOST)
        return account is None or account.key_fingerprint == mark

    def _open_with(self) -> set[str]:
        life = self._world.life
        assert life is not None
        assert life.parts is not None
        services = life.parts.services
        store = services.store
        waits = {task.session_key for task in store.tasks() if not task.is_final}
        waits |= {pending.session_key for pending in services.sessions.all_pending()}
        sessions = [s for s in store.sessions() if not s.is_ended or s.key in waits]
        return {s.key_fingerprint for s in sessions if not s.is_planned}

    def _account(self) -> "Account | None":
        life = self._world.life
        if life is None or life.parts is None or not life.ready or life.loop.dead:
            return None
        return life.parts.services.account
