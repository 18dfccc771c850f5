"""The account's page in the browser: known for one host, guessed for none."""

from urllib.parse import urlsplit

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from enigma_panel.core.service_rules import account_page_of_host


def account_page(base_url: str) -> str | None:
    """The address of the account page that belongs to a service, None where nobody knows it."""
    return account_page_of_host(urlsplit(base_url).hostname or "")


def open_account_page(base_url: str) -> bool:
    """Open it in the person's browser; False where there is none or nothing opened it."""
    page = account_page(base_url)
    return page is not None and QDesktopServices.openUrl(QUrl(page))
