"""Texts for what became of the downloads of a result's files."""

from collections.abc import Callable

from enigma_panel.api.errors import DownloadError, DownloadFault
from enigma_panel.features.downloads.downloads import Download, DownloadState
from enigma_panel.ui.i18n import Translations

tr = Translations("Downloads")

_FAULTS: dict[DownloadFault, Callable[[DownloadError], str]] = {
    DownloadFault.ADDRESS: lambda _: tr("Not downloaded: this address is blocked for your safety."),
    DownloadFault.NOT_CONNECTED: lambda _: tr("Not downloaded: no connection. Try again."),
    DownloadFault.TIMEOUT: lambda _: tr("Not downloaded: no answer in time. Try again."),
    DownloadFault.REDIRECTED: lambda _: tr(
        "Not downloaded: the server redirects to another address. That is not allowed."
    ),
    DownloadFault.REFUSED: lambda error: tr(
        "Not downloaded: the server refused it ({status}). The file may be gone.",
        status=error.status,
    ),
    DownloadFault.CUT: lambda _: tr("The download broke off. Nothing was kept. Try again."),
    DownloadFault.NONSENSE: lambda _: tr("Not downloaded: the server's answer made no sense."),
    DownloadFault.DISK_FULL: lambda _: tr(
        "Not downloaded: the disk is full. Nothing was kept. Choose another folder."
    ),
    DownloadFault.DISK: lambda error: tr(
        "Not downloaded: it can't be saved there ({reason}). Choose another folder.",
        reason=error.reason or tr("no reason given"),
    ),
}


def download_text(download: Download | None) -> str:
    """Return '1.2 MB of 3.4 MB', or '' for a file that nobody has downloaded."""
    if download is None:
        return ""
    got = size_text(download.got)
    total = size_text(download.total) if download.total is not None else ""
    match download.state:
        case DownloadState.RUNNING if total:
            return tr("{got} of {total}", got=got, total=total)
        case DownloadState.RUNNING:
            return tr("{got} so far", got=got)
        case DownloadState.SAVING:
            return tr("{got}, being saved", got=got)
        case DownloadState.SAVED:
            return tr("{got}, saved as {path}", got=got, path=download.path)
        case DownloadState.CANCELLED:
            stopped = tr("cancelled, nothing was kept")
            return f"{total}, {stopped}" if total else stopped
        case DownloadState.FAILED if download.error is not None:
            return _FAULTS[download.error.fault](download.error)
    return ""


def size_text(size: int) -> str:
    """'1 byte', '640 bytes', '1.2 kB', '3.4 MB', '5.0 GB'."""
    if size < 1_000:
        return tr.plural("{n} byte", "{n} bytes", size)
    units = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))
    unit, one = next((unit, one) for unit, one in units if size >= one)
    return f"{size / one:.1f} {unit}"
