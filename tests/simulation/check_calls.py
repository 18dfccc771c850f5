"""Invariants of the rate limit: 10 a minute and endpoint, no 429 of our own making."""

from typing import TYPE_CHECKING

from enigma_panel.api.protocols import ApiCall
from tests.simulation.calls import Sent, Verdict
from tests.simulation.check_records import WRITTEN_S
from tests.simulation.weather import Fate, Kind

if TYPE_CHECKING:
    from tests.simulation.world import World

PERIOD_S = 60.0
MOST = 10
RESERVED = 3
_NEVER_SENT = frozenset({Kind.REFUSED, Kind.NO_CONNECTION})
_SAY_429 = frozenset({Kind.LIMITED, Kind.LIMITED_FOR})


def _says_429(fate: Fate) -> bool:
    return fate.kind in _SAY_429 or (fate.gateway is not None and fate.gateway.status == 429)


class Calls:
    def __init__(self, world: "World") -> None:
        self._world = world

    def within_the_limit(self, sent: Sent) -> None:
        """No more than ten calls of one process to one endpoint in any 60 seconds."""
        if len(self.recent(sent)) > MOST:
            self._world.fail("no call breaks the rate limit", f"{sent} is one too many")

    def some_are_kept_for_the_urgent(self, sent: Sent) -> None:
        """Three calls of a minute are left for Terminate, Stop and answers."""
        if not sent.path.endswith("send-message") or sent.is_urgent:
            return
        others = [other for other in self.recent(sent) if not other.is_urgent]
        if len(others) > MOST - RESERVED:
            self._world.fail("some calls are kept for the urgent", f"{sent} is one too many")

    def no_429_of_our_making(self, sent: Sent) -> None:
        """The service's window is full only where others fill it, too."""
        if sent.status == 429 and sent.code != "SESSION_LIMIT_REACHED" and not self.disturbed(sent):
            self._world.fail("no 429 of our own making", str(sent))

    def no_body_is_refused(self, sent: Sent) -> None:
        """The service understands what the program writes."""
        if sent.status == 400 and not self._may_lack_its_text(sent):
            self._world.fail("the service understands each body", str(sent))

    def _may_lack_its_text(self, sent: Sent) -> bool:
        if sent.verb is not ApiCall.START_SESSION or "taskDetails" in sent.body:
            return False
        before = [other for other in self._world.link.book.all if other.verb is sent.verb]
        decided_at = sent.at - WRITTEN_S  # the text is in the intent, which is written first
        told = [other for other in before if (other.judged_at or sent.at) < decided_at]
        takes = [o for o in told if o.failure is Verdict.KNOWN and "taskDetails" in o.body]
        tried = any(o.status == 400 and (o.life, o.mark) == (sent.life, sent.mark) for o in told)
        return not any(o.life == sent.life or self._is_kept(o) for o in takes) and not tried

    def _is_kept(self, start: Sent) -> bool:
        """Whether this process has its session in memory.

        No kill came between its reply and the ledger, and it was not over with its task gone to
        another session.
        """
        life = self._world.life
        assert life is not None
        assert life.parts is not None
        sessions = life.parts.services.store.sessions()
        return start.opened in {session.service_id for session in sessions}

    def recent(self, sent: Sent) -> list[Sent]:
        """Calls of the same process to the same endpoint in the minute up to this one."""
        since = sent.at - PERIOD_S + 1e-3
        found = []
        for other in reversed(self._world.link.book.all):
            if other.at <= since or other.life != sent.life:
                break
            if other.path == sent.path and other.fate.kind not in _NEVER_SENT:
                found.append(other)
        return found

    def disturbed(self, sent: Sent) -> bool:
        """Whether somebody else's calls, or an earlier process's, may be in the window."""
        world = self._world
        since = sent.at - PERIOD_S - 2.0
        if world.settings.rate_limit == "shared":
            return True
        if any(path == sent.path and at > since for path, at in world.storm.foreign_at):
            return True
        book = world.link.book.all
        recent = [other for other in book if other.at > since and other.path == sent.path]
        return any(_says_429(other.fate) or self._is_forgotten(other, sent) for other in recent)

    def _is_forgotten(self, other: Sent, sent: Sent) -> bool:
        """The ledger, and so the next process, knows no Pause and no second send of a Terminate."""
        state = other.verb is ApiCall.STATE
        return other.life != sent.life and (state or self._world.storm.clock_was_set)
