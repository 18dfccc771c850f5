"""Time lines of tasks: their events and what the agent reported, gathered, redacted, written in
order.
"""

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.api.wire.values import CUT_MARK
from enigma_panel.core.observation import STEP_KINDS, Kind
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import Clock
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.store.ledger.intents import Step

LONGEST = 2_000
"""Most characters of an agent's line that are kept."""
WRITE_AFTER_MS = 400
"""How long after the first line the gathered ones are written, and shown, in ms."""
GAP = "live_gap"
"""Kind of a line for a time without live news; text: its beginning, epoch ms; at_ms: its end."""
NO_LIVE = "no_live"
"""Kind of a line for a session whose live channel cannot be opened."""
EARLIER_ANSWER = "earlier_answer"
"""Kind of a line for an answer whose news came when the task had gone on to another question."""
LIVE_KINDS = frozenset(kind.value for kind in STEP_KINDS)
"""Kinds that the agent reports at work: their text is redacted here, many lines at once."""


class Timeline(QObject):
    """All time lines. grown: task key and the list of Steps that came in addition, redacted."""

    grown = Signal(int, object)

    def __init__(
        self, writer: LedgerWriter, clock: Clock, scope: TaskScope, redactor: Redactor
    ) -> None:
        super().__init__()
        self._writer = writer
        self._clock = clock
        self._scope = scope
        self._redactor = redactor
        self._pending: list[Step] = []
        self._is_due = False
        self._last_kinds: dict[int, str] = {}  # by task: the kind of its newest line of this run

    def note(self, task_key: int, kind: str, text: str = "") -> None:
        """Add one line about a task; it is written, and shown, soon."""
        self._pending.append(self._step(task_key, kind, text))
        self._flush_later()

    def keep(self, task_key: int, kind: str, text: str = "") -> None:
        """Do as `note`, for a caller that writes now anyway; refusals in a row make one line."""
        if kind == Kind.BACK_IN_QUEUE == self._last_kinds.get(task_key):
            return  # a start may be refused every 30 s for hours
        self._pending.append(self._step(task_key, kind, text))

    def pop_unwritten(self) -> list[Step]:
        """Take all unwritten lines for a caller that writes now; they count as shown."""
        pending, self._pending = self._pending, []
        steps = self._redacted(pending)
        for key in dict.fromkeys(step.task_key for step in steps):
            self.grown.emit(key, [step for step in steps if step.task_key == key])
        return steps

    async def flush(self) -> None:
        """Write the gathered lines. Never raises: see LedgerWriter.write."""
        steps = self.pop_unwritten()
        if steps:
            await self._writer.write(lambda ledger: ledger.save(steps=steps))

    async def steps(self, task_key: int, limit: int = 500) -> list[Step]:
        """The newest lines of a task, oldest first. Raises LedgerError."""
        await self.flush()
        return list(await self._writer.read(lambda ledger: ledger.steps(task_key, limit)))

    def _redacted(self, steps: list[Step]) -> list[Step]:
        live = [step.text for step in steps if step.kind in LIVE_KINDS]
        if not live:
            return steps
        texts = iter(self._redactor.redact_many(live))
        return [
            replace(step, text=_cut(next(texts))) if step.kind in LIVE_KINDS else step
            for step in steps
        ]

    def _flush_later(self) -> None:
        if not self._is_due and self._scope.spawn("time lines", self._flush_soon()) is not None:
            self._is_due = True

    def _step(self, task_key: int, kind: str, text: str) -> Step:
        self._last_kinds[task_key] = kind
        return Step(task_key=task_key, at_ms=self._clock.now_ms(), kind=kind, text=text)

    async def _flush_soon(self) -> None:
        await self._clock.sleep_until(self._clock.now_ms() + WRITE_AFTER_MS)
        self._is_due = False
        await self.flush()


def _cut(text: str) -> str:
    """Cut a text after its redaction: before it a piece of a secret would pass."""
    return text if len(text) <= LONGEST else text[:LONGEST].rstrip() + CUT_MARK
