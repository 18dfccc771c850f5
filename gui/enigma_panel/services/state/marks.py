"""Marks of sessions that a Stop or Terminate on its way may end."""

from collections.abc import Iterator, Mapping

from enigma_panel.core.verbs import CommandVerb


class EndMarks(Mapping[int, frozenset[CommandVerb]]):
    """Marks of sessions for which a Stop or Terminate may show its effect, by session key.

    Several calls may be on their way to one session: each takes back its own mark alone.
    """

    def __init__(self) -> None:
        self._marks: dict[int, dict[object, CommandVerb]] = {}

    def mark(self, session_key: int, verb: CommandVerb, owner: object) -> None:
        """Set the mark; once for each owner."""
        self._marks.setdefault(session_key, {})[owner] = verb

    def unmark(self, session_key: int, owner: object) -> None:
        """Remove the mark of this owner; an unknown one is no error."""
        marks = self._marks.get(session_key, {})
        marks.pop(owner, None)
        if not marks:
            self._marks.pop(session_key, None)

    def __getitem__(self, session_key: int) -> frozenset[CommandVerb]:
        return frozenset(self._marks[session_key].values())

    def __iter__(self) -> Iterator[int]:
        return iter(self._marks)

    def __len__(self) -> int:
        return len(self._marks)
