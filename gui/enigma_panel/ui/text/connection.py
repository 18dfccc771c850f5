"""Texts for the connection to the service: since when there is none, and that it is back."""

from enigma_panel.services.health import Health
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.states import duration, local_moment

tr = Translations("Connection")


def offline_text(health: Health, now_ms: int) -> str:
    """Return 'No connection since 11:40 – shown is the state of then; tries again in 8 s'.

    Where nothing was heard in this run, nothing is said of whose state is shown.
    """
    since = health.unreachable_since_ms
    time = local_moment(now_ms if since is None else since, now_ms)
    text = (
        tr("No connection since {time}", time=time)
        if health.heard_ms is None
        else tr("No connection since {time} – shown is the state of then", time=time)
    )
    if health.next_try_ms is None or health.next_try_ms <= now_ms:
        return text  # a try is under way
    seconds = -(-(health.next_try_ms - now_ms) // 1000)
    return tr("{words}; tries again in {n} s", words=text, n=seconds)


def back_text(lost_ms: int, n_finished: int) -> str:
    """Return 'Back after 0:20 – 2 finished meanwhile'."""
    time = duration(lost_ms)
    if not n_finished:
        return tr("Back after {time}", time=time)
    return tr.plural(
        "Back after {time} – 1 finished meanwhile",
        "Back after {time} – {n} finished meanwhile",
        n_finished,
        time=time,
    )
