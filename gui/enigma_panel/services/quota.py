"""How much one session may tell: so many a second, and so many at once."""

from dataclasses import dataclass

PER_SECOND, BURST = 20, 100


@dataclass(slots=True)
class Quota:
    """A bucket that fills with time. at_ms: epoch ms of the last look."""

    left: float = BURST
    at_ms: int = 0

    def allows(self, now_ms: int) -> bool:
        """Whether one more may be told now; it is counted then."""
        self.left = min(BURST, self.left + max(0, now_ms - self.at_ms) * PER_SECOND / 1000)
        self.at_ms = now_ms
        if self.left < 1:
            return False
        self.left -= 1
        return True
