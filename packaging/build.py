"""`python packaging/build.py`: the program in one folder for Linux, built, packed and tried.

The folder, dist/enigma-panel, needs no Python where it runs; its archive lies beside it. It runs
on systems whose C library is no older than the one it was built with: Debian 12's (glibc 2.36), in
a system that mmdebstrap makes for it and throws away, or this machine's with --here. Exit status 1:
something is wrong with the bundle; 3: this machine cannot build one.
"""

import argparse
import lzma
import os
import platform
import runpy
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NAME = "enigma-control-panel"
VERSION = runpy.run_path(str(ROOT / "gui" / "enigma_panel" / "__init__.py"))["__version__"]

SUITE = "bookworm"
"""Debian 12, the oldest system that the archive is to run on."""
OF_SUITE = (
    *("binutils", "ca-certificates", "libpython3.11", "python3", "python3-venv"),
    *("libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libglib2.0-0", "libwayland-cursor0"),
    *("libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1"),
    *("libxcb-render-util0", "libxcb-shape0", "libxkbcommon-x11-0"),
)
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
HANDED_ON = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_DEFAULT_TIMEOUT"),
    *("http_proxy", "https_proxy", "no_proxy", "SOURCE_DATE_EPOCH"),
)
"""Variables that say how this machine reaches the package index, and which date files get."""

MOST_UNPACKED, MOST_PACKED = 110e6, 45e6

TIME_LIMIT_S = 60

CANNOT_BUILD = 3

OF_THE_SYSTEM = ("libEGL.", "libGL.", "libwayland-")
"""Parts of graphics drivers and display server: a bundle never has these, nor need a build."""

NO_SERVICE = "https://127.0.0.1:9"
"""Where nobody listens: no trial calls the real service."""


@dataclass(frozen=True)
class Trial:
    """A run of the bundle that must end with status 0 and say this."""

    arguments: tuple[str, ...]
    says: str


TRIALS = (
    Trial(("--version",), "enigma-panel "),
    Trial(("--licences",), "GNU LESSER GENERAL PUBLIC LICENSE"),
    Trial(("--self-check", "--base-url", NO_SERVICE), "service: "),
    Trial(("--self-check", "--demo"), ", ok, "),  # its client reaches its simulator
    Trial(("--smoke", "--demo"), "shown"),
)


def main() -> int:
    """Build, complete and try the bundle; print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="default: dist")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="default: build")
    parser.add_argument("--here", action="store_true", help="for this machine's C library")
    options = parser.parse_args()
    if not options.here:
        return build_in_suite(options.dist.absolute())
    if (hindrance := no_library_here()) is not None:
        print(f"cannot build: {hindrance}", file=sys.stderr)
        return CANNOT_BUILD
    began = time.monotonic()
    work = options.work.absolute()
    bundle = build(options.dist.absolute(), work)
    complete(bundle)
    troubles = write_notices(bundle, work)
    archive = pack(bundle)
    unpacked, packed = size(bundle), archive.stat().st_size
    print(f"{bundle}: {unpacked / 1e6:.1f} MB in {time.monotonic() - began:.0f} s")
    print(f"{archive}: {packed / 1e6:.1f} MB")
    if unpacked > MOST_UNPACKED or packed > MOST_PACKED:
        troubles.append(f"more than {MOST_UNPACKED:.0f} bytes, or {MOST_PACKED:.0f} packed")
    troubles += [*check_libraries(bundle), *check_trials(bundle)]
    for trouble in troubles:
        print(f"WRONG: {trouble}", file=sys.stderr)
    return 1 if troubles else 0


def build_in_suite(dist: Path) -> int:
    """Run this with --here in a fresh Debian 12; what it made lies in `dist` afterwards."""
    if (hindrance := no_suite_here()) is not None:
        print(f"cannot build: {hindrance}; --here builds without it", file=sys.stderr)
        return CANNOT_BUILD
    began = time.monotonic()
    dist.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(dist / "enigma-panel", ignore_errors=True)
    source_date()  # of the repository, which is not there
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root"}
    env |= {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    steps = (
        "cd /src && python3 -m venv /venv && /venv/bin/pip install -q"
        " -c packaging/constraints.txt '.[bundle]'"
        " && /venv/bin/python packaging/build.py --here"
    )
    with tempfile.TemporaryDirectory(prefix="enigma-panel-source-") as folder:
        hooks = [f"copy-in {shlex.quote(str(copy_source(Path(folder) / 'src')))} /"]
        if CERTIFICATES.exists():  # a company's own are among them
            hooks.append(f"copy-in {CERTIFICATES} {CERTIFICATES.parent}")
            env["PIP_CERT"] = str(CERTIFICATES)
        variables = [f"{name}={value}" for name, value in env.items()]
        command = shlex.join(["env", "-i", *variables, "sh", "-c", steps])
        hooks += [f'chroot "$1" {command}', f"sync-out /src/dist {shlex.quote(str(dist))}"]
        status = debian(SUITE, OF_SUITE, hooks)
    print(f"in {time.monotonic() - began:.0f} s, with a Debian 12 for it")
    return 1 if status else 0


def no_suite_here() -> str | None:
    """Why this machine can't make a bare Debian; None where it can."""
    if shutil.which("mmdebstrap") is None:
        return "mmdebstrap is missing"
    try:
        namespace = ["unshare", "--user", "--map-root-user", "true"]
        may = os.geteuid() == 0 or subprocess.run(namespace, check=False).returncode == 0
    except FileNotFoundError:
        may = False
    return None if may else "mmdebstrap needs root or user namespaces"


def no_library_here() -> str | None:
    """Why PyInstaller can't use this Python; None where it can."""
    from PyInstaller.depend.bindepend import get_python_library_path

    try:
        found = get_python_library_path()
    except SystemExit as error:  # PyInstaller's own way to say it
        return str(error)
    return None if found else "this Python has no shared library"


def debian(suite: str, packages: Sequence[str], hooks: Sequence[str]) -> int:
    """Make a bare Debian, run the hooks in it, throw it away; mmdebstrap's exit status."""
    command = ["mmdebstrap", "--quiet", "--variant=minbase", "--format=null"]
    # Also from a mirror that has fallen behind: what it has is signed all the same.
    command.append('--aptopt=Acquire::Check-Valid-Until "false"')
    command += [f"--include={','.join(packages)}"] if packages else []
    command += [f"--customize-hook={hook}" for hook in hooks]
    return subprocess.run([*command, suite, "-"], stdout=sys.stderr, check=False).returncode


def copy_source(target: Path) -> Path:
    """Copy what a build needs, as it lies here; returns the copy."""
    target.mkdir()
    for name in ("docs", "gui", "packaging", "resources"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copy(path, target)
    return target


def build(dist: Path, work: Path) -> Path:
    """Run PyInstaller; the folder that it made below `dist`. It keeps its notes in `work`."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    folders = ["--distpath", str(dist), "--workpath", str(work)]
    source_date()
    env = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(work / "config"), "PYTHONHASHSEED": "0"}
    subprocess.run([*command, *folders, str(HERE / "enigma-panel.spec")], env=env, check=True)
    return dist / "enigma-panel"


def complete(bundle: Path) -> None:
    """Add what people read, and share/, laid out as /usr/share."""
    for name in ("LICENSE", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, bundle)
    maker = [sys.executable, str(HERE / "share.py"), str(bundle / "share")]
    subprocess.run(maker, check=True)


def write_notices(bundle: Path, work: Path) -> list[str]:
    """Write the notices into the bundle; what keeps it from being given away, one line each."""
    import notices  # beside this file

    return notices.write(bundle, work)


def source_date() -> int:
    """The time that files get, in seconds: the last commit's, so that each build makes equal bytes.

    SOURCE_DATE_EPOCH sets it, also for the programs that are called from here.
    """
    if "SOURCE_DATE_EPOCH" not in os.environ:
        command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        committed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        os.environ["SOURCE_DATE_EPOCH"] = committed.strip() or str(int(time.time()))
    return int(os.environ["SOURCE_DATE_EPOCH"])


def pack(bundle: Path) -> Path:
    """Pack the folder, always in the same way; the archive."""
    top = f"{NAME}-{VERSION}"
    archive = bundle.parent / f"{top}-linux-{platform.machine()}.tar.xz"

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        entry.mtime = source_date()
        return entry

    with tarfile.open(archive, "w:xz", preset=9 | lzma.PRESET_EXTREME) as tar:
        tar.add(bundle, top, filter=plain)
    return archive


def size(folder: Path) -> int:
    """Bytes in all files below, links not counted."""
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def check_libraries(bundle: Path) -> list[str]:
    """Libraries that nothing provides, one line each. Prints those that the system must have.

    The trials miss these: they run offscreen, so a bundle without libxcb-cursor would pass them
    and then start on no X11 desktop.
    """
    inner = bundle / "_internal"
    absent: dict[str, str] = {}
    of_the_system: set[str] = set()
    for file in sorted(inner.rglob("*.so*")):
        if file.is_symlink():
            continue
        for name, where in _needs(file, inner):
            if name.startswith(OF_THE_SYSTEM):
                of_the_system.add(name)
            elif where is None:
                absent.setdefault(name, file.name)
            elif not where.is_relative_to(inner):
                of_the_system.add(name)
    print("from the system:", " ".join(sorted(of_the_system)))
    return [f"{name} is missing, {user} needs it" for name, user in absent.items()]


def _needs(file: Path, inner: Path) -> list[tuple[str, Path | None]]:
    """The libraries that a file needs, directly or by others, and where the loader finds them."""
    env = {**os.environ, "LD_LIBRARY_PATH": str(inner)}
    listing = subprocess.run(
        ["ldd", str(file)], env=env, capture_output=True, text=True, check=True
    )
    found: list[tuple[str, Path | None]] = []
    for line in listing.stdout.splitlines():
        name, arrow, where = line.strip().partition(" => ")
        if arrow:
            path = None if where == "not found" else Path(where.rsplit(" (", 1)[0])
            found.append((name, path))
    return found


def check_trials(bundle: Path) -> list[str]:
    """Run each trial in a home of its own and print how it ended; what failed, one line each."""
    troubles = []
    for trial in TRIALS:
        shown = " ".join(trial.arguments)
        print(f"+ enigma-panel {shown}", flush=True)
        status, text = run(bundle, *trial.arguments)
        print(text[-2000:], end="", flush=True)
        if status != 0:
            troubles.append(f"{shown}: exit status {status}")
        elif trial.says not in text:
            troubles.append(f"{shown}: did not say {trial.says!r}")
        elif "version unknown" in text:
            troubles.append(f"{shown}: the metadata of a library is missing")
    return troubles


def run(bundle: Path, *arguments: str) -> tuple[int, str]:
    """Run the bundle and wait; exit status and all that it wrote.

    As on a machine without Python, display, keychain and network, in a home that is thrown away.
    """
    with tempfile.TemporaryDirectory(prefix="enigma-panel-trial-") as home:
        done = subprocess.run(
            [str(bundle / "enigma-panel"), *arguments],
            env=bare_environment(Path(home)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    return done.returncode, done.stdout


def bare_environment(home: Path) -> dict[str, str]:
    """Next to nothing: whatever else the bundle needs, it must bring along."""
    return {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
    }


if __name__ == "__main__":
    sys.exit(main())
