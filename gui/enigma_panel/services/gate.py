"""Whether the service takes starts at the moment: what its refusals taught us."""

from collections.abc import Callable

from enigma_panel.api.errors import ApiError
from enigma_panel.services.refusals import (
    NO_BROWSER_STEP_MS,
    TRIES,
    FailureKind,
    Refusal,
    reply_of,
    retry_after_ms,
)
from enigma_panel.services.views import PauseReason, WaitReason

PLACES_AGAIN_MS = 30_000
"""After a SESSION_LIMIT_REACHED the next try comes when one of ours ends, or after this time."""

LIMITED_AGAIN_MS = 60_000
"""After a third 429 in a row: the whole window of the limit."""

UNREACHED_AGAIN_MS = 30_000
NO_BROWSER_WORST_MS = 30_000

_WHY = {
    FailureKind.PLACES: WaitReason.NO_SLOT,
    FailureKind.LIMITED: WaitReason.LIMITED,
    FailureKind.NO_BROWSER: WaitReason.NO_BROWSER,
    FailureKind.CONNECTION: WaitReason.CONNECTION,
}
_PAUSES = {
    FailureKind.FUNDS: PauseReason.FUNDS,
    FailureKind.KEY: PauseReason.KEY,
    FailureKind.FORBIDDEN: PauseReason.FORBIDDEN,
}


class StartGate:
    """Ceiling, waits and holds of the line. Times are epoch milliseconds.

    most: the setting "Browsers at once". ceiling: that, or less where the service said no.
    why: None while starts may go out. due_ms: when the next try is made, None: when something else
    happens. one_at_a_time: after a refusal only one start is under way until one succeeds.
    """

    def __init__(self, most: Callable[[], int]) -> None:
        self._most = most
        self._learned: int | None = None
        self._open_then = 0
        self._refused_ms = -1
        self._asked_after_ms: int | None = None
        self.pause_reason = PauseReason.NONE
        self.why: WaitReason | None = None
        self.due_ms: int | None = None
        self.attempt = 0
        self.error: ApiError | None = None
        self.one_at_a_time = False

    @property
    def limit(self) -> int:
        """So many browsers may be open at once, as far as we know."""
        most = self._most()
        return most if self._learned is None else max(1, min(self._learned, most))

    def is_open(self, now_ms: int) -> bool:
        """Whether a start may go out now."""
        if self.pause_reason is not PauseReason.NONE:
            return False
        return self.why is None or (self.due_ms is not None and now_ms >= self.due_ms)

    def refused(
        self, refusal: Refusal, open_now: int, now_ms: int, *, begun_ms: int | None = None
    ) -> bool:
        """Learn from a refused start; open_now: sessions open without it. begun_ms: when it went
        out; several that were under way together are one refusal.

        True when the ceiling was lowered.
        """
        self.one_at_a_time = True
        self.error = refusal.error
        failure = refusal.failure
        if failure in _PAUSES:
            self.pause_reason = _PAUSES[failure]
            return False
        if failure not in _WHY:
            return False
        same_burst = begun_ms is not None and begun_ms <= self._refused_ms
        if self.why is not _WHY[failure]:
            self.attempt = 1
        elif not same_burst:
            self.attempt += 1
        self.why, self._refused_ms = _WHY[failure], now_ms
        self._asked_after_ms = None
        match failure:
            case FailureKind.PLACES:
                self.due_ms = now_ms + PLACES_AGAIN_MS
                return self._lower(refusal.error, open_now)
            case FailureKind.CONNECTION:
                self.due_ms = now_ms + UNREACHED_AGAIN_MS
            case FailureKind.NO_BROWSER if self.attempt >= TRIES:
                # A health page that is well while starts are refused must not burn the minute.
                rest = min(NO_BROWSER_STEP_MS * self.attempt, NO_BROWSER_WORST_MS)
                self.due_ms, self._asked_after_ms = None, now_ms + rest
            case FailureKind.LIMITED if self.attempt >= TRIES:
                self.due_ms = now_ms + LIMITED_AGAIN_MS
            case _:
                self.due_ms = now_ms + retry_after_ms(refusal.error, failure, self.attempt)
        return False

    def opened(self, *, begun_ms: int | None = None) -> None:
        """A start was accepted: others may follow, and one more browser than before.

        One that was under way when another was refused says nothing new.
        """
        if begun_ms is not None and begun_ms <= self._refused_ms:
            return
        self._reopen()
        self.one_at_a_time = False
        if self._learned is not None:
            self._learned += 1
            if self._learned >= self._most():
                self._learned = None

    def note_open(self, open_now: int) -> None:
        """So many sessions are open: when one has ended since a refusal, its place is free."""
        if self.why is WaitReason.NO_SLOT and open_now < self._open_then:
            self._reopen()

    def note_health(self, asked_ms: int | None, free: int | None) -> None:
        """The health page reports free browsers (or does not say how many)."""
        since = self._asked_after_ms
        if since is not None and asked_ms is not None and asked_ms > since and free != 0:
            self._reopen()

    def connected(self) -> None:
        """Something answered again."""
        if self.why is WaitReason.CONNECTION:
            self._reopen()

    def lift(self, hold: PauseReason) -> None:
        """The cause of that hold is gone: one start tries, then the rest."""
        if self.pause_reason is hold:
            self.pause_reason = PauseReason.NONE
            self.error = None
            self.one_at_a_time = True

    def _reopen(self) -> None:
        self.why, self.due_ms, self.attempt, self.error = None, None, 0, None
        self._asked_after_ms = None

    def _lower(self, error: ApiError, open_now: int) -> bool:
        before = self.limit
        reply = reply_of(error)
        limit = reply.limit if reply is not None and reply.limit is not None else open_now
        self._learned = max(1, min(open_now, limit))
        self._open_then = open_now
        return self.limit < before
