"""The call windows of all endpoints, and what the service's replies teach about them.

The pages contradict each other (api.md §8.3): one bucket for each endpoint, or one for all. We
begin with one for each and believe what the replies show. Pure; times are UTC epoch milliseconds.
"""

from enigma_panel.core.budget import (
    FRESH_S,
    CallWindow,
    Endpoint,
    RateHeaders,
    bounded_ms,
    merged,
)

UNTOLD_WAIT_S = 5.0
"""Wait after a 429 that does not say how long (api.md §8.2)."""


class Buckets:
    """A CallWindow for each endpoint, the same one for all where the service has one bucket.

    reserved: calls of send-message that are kept for the urgent ranks.
    """

    def __init__(self, *, limit: int, period_ms: int, reserved: int) -> None:
        self.reserved = reserved
        self._limit = limit
        self._period_ms = period_ms
        self._windows = {endpoint: self._window(endpoint) for endpoint in Endpoint}

    def __getitem__(self, endpoint: Endpoint) -> CallWindow:
        """The window in which that endpoint's calls count."""
        return self._windows[endpoint]

    @property
    def is_shared(self) -> bool:
        """Whether all endpoints count in one."""
        return len(self.all()) == 1

    def all(self) -> list[CallWindow]:
        """Each window once."""
        return list({id(window): window for window in self._windows.values()}.values())

    def learn(self, endpoint: Endpoint, told: RateHeaders, now_ms: int) -> bool:
        """A reply's headers overrule our own count; True: others use up the limit.

        A 429 with calls left (a full house) is none about the rate and blocks nothing.
        """
        self[endpoint].learn_limit(told.limit)
        elsewhere = False
        if told.remaining is not None and told.took_s <= FRESH_S:
            elsewhere = self._compare(endpoint, told, told.remaining, now_ms)
        if told.retry_after_s is not None and not told.remaining:
            self[endpoint].block(now_ms + bounded_ms(told.retry_after_s))
        return elsewhere

    def refuse(self, endpoint: Endpoint, retry_after_s: float | None, now_ms: int) -> bool:
        """A 429 about the rate: wait so long; True: our own calls do not explain it."""
        window = self[endpoint]
        window.doubt_last(endpoint)
        # The refused call itself is among ours.
        unexplained = window.at_most(now_ms) <= window.limit
        if unexplained and sum(w.at_most(now_ms) for w in self.all()) > window.limit:
            self._share()
            unexplained = False
        wait = UNTOLD_WAIT_S if retry_after_s is None else retry_after_s
        self[endpoint].block(now_ms + bounded_ms(wait))
        return unexplained

    def _compare(self, endpoint: Endpoint, told: RateHeaders, remaining: int, now_ms: int) -> bool:
        """The service's count and ours: one bucket or several, and who else calls."""
        since = now_ms - round(told.took_s * 1000)
        own = self[endpoint]
        counted = max(0, own.limit - remaining)
        at_least = sum(window.at_least(since, now_ms) for window in self.all())
        at_most = sum(window.at_most(since) for window in self.all())
        if self.is_shared and counted < at_least:
            self._split()  # some of our calls are counted elsewhere
        elif not self.is_shared and own.at_most(since) < counted and at_least <= counted <= at_most:
            self._share()
        others = counted - self[endpoint].at_most(since)
        self[endpoint].learn_foreign(others, told, now_ms)
        return others > 0 and remaining <= self.reserved

    def _window(self, endpoint: Endpoint) -> CallWindow:
        reserved = self.reserved if endpoint is Endpoint.SEND_MESSAGE else 0
        return CallWindow(limit=self._limit, period_ms=self._period_ms, reserved=reserved)

    def _share(self) -> None:
        self._windows = dict.fromkeys(self._windows, merged(self.all()))

    def _split(self) -> None:
        one = self.all()[0]
        self._windows = {endpoint: self._window(endpoint) for endpoint in self._windows}
        for endpoint, window in self._windows.items():
            window.limit = one.limit
            window.slots = [slot for slot in one.slots if slot.endpoint is endpoint]
            window.blocked_ms = one.blocked_ms
