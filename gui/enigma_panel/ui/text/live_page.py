"""The live page of a session: a picture of its browser, for whoever has the link."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from enigma_panel.ui.i18n import Translations

tr = Translations("Live page")


def live_page_text(link: str | None) -> str:
    """What it can do, who can see it, and what the browser will say; link: None where there is
    none."""
    if link is None:
        return tr("The service told no live page of this session.")
    texts = [
        tr("The page only shows the picture: nobody can click in it."),
        tr("Its link is a secret, and your web browser will remember it."),
    ]
    if _is_numeric(link):
        texts.append(tr("The browser will warn of its certificate: its address is a number."))
    return " ".join(texts)


def open_live_page(link: str) -> bool:
    """Open it in the person's web browser; False where nothing opened it."""
    url = QUrl(link)
    return url.scheme() in {"http", "https"} and QDesktopServices.openUrl(url)


def _is_numeric(link: str) -> bool:
    parts = urlsplit(link)
    try:
        ip_address(parts.hostname or "")
    except ValueError:
        return False
    return parts.scheme == "https"
