"""The command line: its options, checked before anything is opened."""

import argparse
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct

from enigma_panel import __version__, licences
from enigma_panel.api.address import BadAddressError, parse_base_url
from enigma_panel.core.service_rules import RULES, Dialect

EPILOG = (
    "ENIGMA_API_KEY in the environment takes precedence over the keychain and is never "
    "stored. Exit status 2: wrong options, no display, an unwritable folder or a missing "
    "system library."
)


class Options(Struct, frozen=True, kw_only=True):
    """Options of one run, checked. dialect: of this run, None for the usual one."""

    demo: bool = False
    base_url: str | None = None
    dialect: Dialect | None = None
    data_dir: Path | None = None
    self_check: bool = False
    check_service: bool = False
    smoke: bool = False
    new_task: bool = False

    @property
    def needs_no_display(self) -> bool:
        """Whether the run works offscreen, for scripts and tests."""
        return self.self_check or self.check_service or self.smoke

    @property
    def is_throw_away(self) -> bool:
        """Whether the run leaves no file behind."""
        return self.data_dir is None and (self.demo or self.smoke)


class UsageError(Exception):
    """Options that make no sense; the text is one line for the terminal. Exit status 2."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise UsageError: one line instead of argparse's usage block."""
        raise UsageError(f"{message} (see --help)")


class _ShowLicences(argparse.Action):
    def __call__(self, *_: Any) -> NoReturn:
        """Print them as they are, whatever the terminal's encoding, and end, also before `head`."""
        if sys.platform != "win32":
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        sys.stdout.buffer.write(licences.text().encode())
        raise SystemExit(0)


def make_parser() -> argparse.ArgumentParser:
    """The parser with all options; man page and completions are made of it, too."""
    parser = _Parser(
        prog="enigma-panel",
        description="A control panel for AI-driven cloud browsers on the Enigma / WebRun service.",
        epilog=EPILOG,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--demo", action="store_true", help="try it with a simulated service, at no cost")
    add(
        "--base-url", metavar="URL", help="address of the service (https, or http on this computer)"
    )
    add(
        "--dialect",
        type=str.upper,
        choices=list(map(str, Dialect)),
        help="dialect of the service for this run: "
        f"{', '.join(f'{dialect} ({rules.name})' for dialect, rules in RULES.items())}; "
        "by default set by the address",
    )
    add("--data-dir", metavar="DIR", type=Path, help="keep history, settings and log in DIR")
    one = parser.add_mutually_exclusive_group().add_argument
    one("--self-check", action="store_true", help="print versions, folders, keychain and service")
    one(
        "--check-service",
        action="store_true",
        help="check that the service works as this program expects (asks first, costs about $0.05)",
    )
    one("--smoke", action="store_true", help="show the window with all its features and quit")
    one("--new-task", action="store_true", help="open New task, also where it is open already")
    add("--version", action="version", version=f"enigma-panel {__version__}")
    add("--licences", action=_ShowLicences, nargs=0, help="print the licences of all parts")
    return parser


def parse(argv: list[str]) -> Options:
    """Read the arguments. UsageError for what makes no sense; SystemExit for what only prints."""
    found = make_parser().parse_args(argv)
    if found.demo and found.base_url is not None:
        raise UsageError("--base-url can't be used with --demo, which has its own service")
    if found.demo and found.check_service:
        raise UsageError("--check-service can't be used with --demo")
    return Options(
        demo=found.demo,
        base_url=_checked(found.base_url),
        dialect=Dialect(found.dialect) if found.dialect is not None else None,
        data_dir=_absolute(found.data_dir),
        self_check=found.self_check,
        check_service=found.check_service,
        smoke=found.smoke,
        new_task=found.new_task,
    )


def choose_platform(options: Options, env: Mapping[str, str]) -> str | None:
    """The Qt platform to ask for, None for Qt's own choice. UsageError without a display."""
    if env.get("QT_QPA_PLATFORM") or sys.platform != "linux":
        return None
    if env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"):
        return None
    if options.needs_no_display:
        return "offscreen"
    raise UsageError("no display: set DISPLAY or WAYLAND_DISPLAY (--smoke needs none)")


def _absolute(path: Path | None) -> Path | None:
    if path is None:
        return None
    if not str(path).strip(". "):
        raise UsageError("name a folder for --data-dir")
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise UsageError(f"there is no home folder for {path}") from None


def _checked(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return parse_base_url(text)
    except BadAddressError:  # the text may hold a secret
        reason = "give https://, a host and perhaps a port (http:// only on this computer)"
        raise UsageError(f"--base-url: {reason}") from None
