"""Pages in the person's browser: the account's, and the live page of a session."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from enigma_panel.core.service_rules import account_page_of_host
from enigma_panel.ui.i18n import Translations

tr = Translations("Live page")


def account_page(base_url: str) -> str | None:
    """The address of the account page that belongs to a service, None where nobody knows it."""
    return account_page_of_host(urlsplit(base_url).hostname or "")


def open_account_page(base_url: str) -> bool:
    """Open it in the person's browser; False where there is none or nothing opened it."""
    page = account_page(base_url)
    return page is not None and QDesktopServices.openUrl(QUrl(page))


def live_page_text(link: str | None) -> str:
    """What it can do, who can see it, what the browser will say; link: None without one."""
    if link is None:
        return tr("This session has no live page.")
    text = tr("View only. Anyone with the link can watch. It stays in your browser history.")
    if _is_numeric(link):
        text += " " + tr("Your browser will warn about its certificate.")
    return text


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
