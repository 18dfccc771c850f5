"""Which sessions are being told to stop or to end: what is seen of them is understood so."""

from collections.abc import Iterator, Mapping

from enigma_panel.core.models import StateVerb


class EndMarks(Mapping[int, StateVerb]):
    """By session key the Stop or Terminate whose effect may be seen; of both, Terminate.

    Several calls may be on their way to one session: each takes back its own mark alone.
    """

    def __init__(self) -> None:
        self._marks: dict[int, dict[object, StateVerb]] = {}

    def mark(self, session_key: int, verb: StateVerb, owner: object) -> None:
        """From now on; once for each owner."""
        self._marks.setdefault(session_key, {})[owner] = verb

    def unmark(self, session_key: int, owner: object) -> None:
        """No effect of this one is to be seen any more; an unknown owner is no error."""
        marks = self._marks.get(session_key, {})
        marks.pop(owner, None)
        if not marks:
            self._marks.pop(session_key, None)

    def __getitem__(self, session_key: int) -> StateVerb:
        verbs = self._marks[session_key].values()
        return StateVerb.TERMINATE if StateVerb.TERMINATE in verbs else next(iter(verbs))

    def __iter__(self) -> Iterator[int]:
        return iter(self._marks)

    def __len__(self) -> int:
        return len(self._marks)
