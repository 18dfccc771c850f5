"""Time limits of the calls, in seconds."""

from dataclasses import dataclass

CONNECT_S = 10.0
HELD_READ_S = 70.0
"""The service holds a start for up to 50 s (api.md §1.4); a cut reply there costs money."""

QUICK_READ_S = 15.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """connect: until connected, TLS included. The reads: longest silence of the service."""

    connect: float = CONNECT_S
    held_read: float = HELD_READ_S
    quick_read: float = QUICK_READ_S

    def read(self, *, held: bool) -> float:
        """The read limit of a held or a quick call."""
        return self.held_read if held else self.quick_read

    def whole(self, *, held: bool) -> float:
        """Limit of a call from end to end, against a service that sends a byte now and then."""
        return self.connect + 2 * self.read(held=held)
