"""The text for a lost connection to the service."""

from enigma_panel.services.health import Health
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.states import local_moment

tr = Translations("Connection")


def offline_text(health: Health, now_ms: int) -> str:
    """Return 'Offline since 11:40. This is the last known state. Next try in 8 s.'

    Where nothing was heard in this run, nothing is said of whose state is shown.
    """
    since = health.unreachable_since_ms
    time = local_moment(now_ms if since is None else since, now_ms)
    text = tr("Offline since {time}.", time=time)
    if health.heard_ms is not None:
        text = tr("{words} This is the last known state.", words=text)
    if health.next_try_ms is None or health.next_try_ms <= now_ms:
        return text  # a try is under way
    seconds = -(-(health.next_try_ms - now_ms) // 1000)
    return tr("{words} Next try in {n} s.", words=text, n=seconds)
