"""What the agent did last before it asked, for the question dialog, which never waits for it."""

import logging
from collections.abc import Callable, Iterable

from enigma_panel.services.container import Services
from enigma_panel.services.state.timeline import LIVE_KINDS
from enigma_panel.services.types import OpenQuestion
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.dialogs.answer_form import Identity, identity
from enigma_panel.ui.step_words import readable
from enigma_panel.ui.words import tr

log = logging.getLogger(__name__)

MOST = 3
LOOKED_AT = 40
"""Lines of the time line, among which there are others, too."""
STEP_CHARS = 100
LATE_MS = 1_000
"""What the agent told just before it asked may be noted a little later."""


class Before:
    """Looks for the last steps and hands the words to `show`, unless another question came."""

    def __init__(self, services: Services, show: Callable[[str], None]) -> None:
        self._services = services
        self._show = show
        self._wanted: Identity | None = None

    def refresh(self, question: OpenQuestion) -> None:
        """This question stands there now."""
        self._wanted = identity(question)
        self._services.scope.spawn("steps before a question", self._fetch(question))

    async def _fetch(self, question: OpenQuestion) -> None:
        try:
            steps = await self._services.timeline.steps(question.task_key, LOOKED_AT)
        except LedgerError as error:
            # The main window says what is wrong with the ledger; the question matters more.
            log.warning("no steps before a question: %s", error.reason)
            return
        if self._wanted == identity(question):
            self._show(before_text(steps, question.asked_ms))


def before_text(steps: Iterable[Step], asked_ms: int) -> str:
    """'· before that: opened the shop · sorted by price'; empty when nothing is known."""
    told = [step for step in steps if step.kind in LIVE_KINDS and step.at_ms <= asked_ms + LATE_MS]
    lines = [line for step in told[-MOST:] if (line := readable(step.text, STEP_CHARS))]
    return tr("· before that: {steps}", steps=" · ".join(lines)) if lines else ""
