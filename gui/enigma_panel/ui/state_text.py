"""A session's state together with how long, as it is read and as it is spoken."""

from dataclasses import dataclass

from enigma_panel.core.models import Phase, Session, Task, shown_since_ms, shown_state
from enigma_panel.ui.status_words import StateWord, duration, session_state_text, spoken_duration
from enigma_panel.ui.words import tr


@dataclass(frozen=True, slots=True)
class StateText:
    """A state with how long: `head` and dimmed `tail` stand side by side; `said` is spoken."""

    word: StateWord
    head: str
    tail: str
    said: str
    tip: str = ""

    @property
    def line(self) -> str:
        """Both in one line."""
        return f"{self.head} {self.tail}" if self.tail else self.head


def state_text(session: Session, task: Task | None, now_ms: int) -> StateText:
    """'working 0:41', 'connection lost, up to 4:40'; an ended state has no time."""
    word = session_state_text(shown_state(session, task), task)
    if session.is_ended:
        return StateText(word, word.word, "", word.word, word.tip)
    until = session.lost_until_ms if session.phase is Phase.CONNECTION_LOST else None
    if until is not None and until > now_ms:
        left, said = duration(until - now_ms), spoken_duration(until - now_ms)
        return StateText(
            word,
            tr("{state},", state=word.word),
            tr("up to {time}", time=left),
            tr("{state}, up to {time}", state=word.word, time=said),
            tr("The service lost its browser and waits for it so long. Then the session ends."),
        )
    lasted = now_ms - shown_since_ms(session, task)
    said = f"{word.word}, {spoken_duration(lasted)}"
    return StateText(word, word.word, duration(lasted), said, word.tip)
