"""Diagnostics for bug reports, also by `--self-check`: versions, Qt, keychain, folders, service."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from publicsuffixlist import PublicSuffixList
from PySide6.QtCore import QLibraryInfo, qVersion
from PySide6.QtGui import QGuiApplication

from enigma_panel import __version__
from enigma_panel.api.errors import ApiError
from enigma_panel.bootstrap import DataDirs, Parts
from enigma_panel.runtime.logging_setup import newest_lines
from enigma_panel.runtime.system_libraries import missing
from enigma_panel.services.account import ENVIRONMENT
from enigma_panel.services.types import KeyState

LIBRARIES = ("PySide6_Essentials", "qasync", "httpx", "keyring", "msgspec", "python-socketio")


async def report(parts: Parts, dirs: DataDirs) -> int:
    """Print the diagnostics; 0 when this machine can run the program, whatever the service says."""
    account = parts.services.account
    await account.load()
    PublicSuffixList()  # fails where the list of public suffixes was left out
    keychain, service = await account.where_it_would_go(), await _health(parts)
    lines = _lines(parts, dirs, keychain=keychain, service=service)
    lines += missing(Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)))
    print("\n".join(lines))
    return 0


def diagnostics(parts: Parts, dirs: DataDirs) -> str:
    """The diagnostics of a running program, at once, and the end of its log; redacted."""
    services = parts.services
    keychain = services.account.where or "not known"
    lines = _lines(parts, dirs, keychain=keychain, service=services.health.status)
    return parts.redact("\n".join([*lines, "", *newest_lines(dirs.folders.data)]))


def _lines(parts: Parts, dirs: DataDirs, *, keychain: str, service: str) -> list[str]:
    lines = [
        f"enigma-panel {__version__}, Python {platform.python_version()}, Qt {qVersion()}",
        f"libraries: {', '.join(_version(name) for name in LIBRARIES)}",
        f"system: {platform.system()} {platform.release()} {platform.machine()}",
        f"Qt platform: {QGuiApplication.platformName()}",
        f"data: {_shown(dirs.folders.data)}",
        f"settings: {_shown(dirs.folders.config)}",
        f"keychain: {keychain}",
        f"key: {_key(parts)}",
        f"dialect: {parts.services.account.dialect}",
        f"service: {parts.services.account.base_url}, {service}",
    ]
    lines += [f"problem: {problem.path.name} was {problem.kind}" for problem in parts.problems]
    return lines


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:  # a frozen program may come without the metadata
        return f"{name} (version unknown)"


def _shown(path: Path) -> str:
    """A path for a report that may be pasted in public: without the name of the home folder."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def _key(parts: Parts) -> str:
    state = parts.services.account.state
    if parts.services.account.from_environment:
        return f"from {ENVIRONMENT}"
    if state is KeyState.READY:
        return f"found in {parts.services.account.where}"
    return str(state.value).replace("_", " ")


async def _health(parts: Parts) -> str:
    try:
        health = await parts.services.account.open_client.health()
    except ApiError as error:
        return f"no usable answer ({type(error).__name__}: {error})"
    free = "an unknown number of" if health.free is None else str(health.free)
    return f"{'ok' if health.ok else 'not ok'}, {free} browsers free"
