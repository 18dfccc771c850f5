"""`python packaging/release.py VERSION [--dry-run]`: all that a release hands out, in dist/VERSION.

It works in a clone, build/release: version, changelog, commit, tag, the whole check, the packages.
Commit and tag come into this repository last, and with --dry-run not at all: a release that is
refused leaves it as it was. What a person must add is in packaging/RELEASE.md.
"""

import argparse
import datetime as dt
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSION_FILE = "gui/enigma_panel/__init__.py"
VERSION_LINE = re.compile(r'^__version__ = "(\d+)\.(\d+)\.(\d+)"$', re.MULTILINE)
HEADING = "## [Unreleased]\n"
MOST_LINES = 40
"""A section of the changelog is read before an upgrade: what a user gets, not how."""
PLACEHOLDER = "https://example.invalid/"

STEPS = {
    "check": ".ci/run",
    "tools": ".venv/bin/pip install -q -c packaging/constraints.txt -e '.[dev,release]'",
    "archive": ".venv/bin/python packaging/build.py",
    "Debian package": ".venv/bin/python packaging/deb.py",
    "trial in Debian": ".venv/bin/python packaging/try_deb.py",
    "desktop and shell": ".venv/bin/python packaging/share.py",
    "wheel and sdist": ".venv/bin/python -m build --outdir dist .",
    "page on the index": ".venv/bin/python -m twine check --strict dist/*.whl dist/*.tar.gz",
}
HANDED_OUT = (
    *("*.tar.xz", "*.deb", "*.whl", "*.tar.gz"),
    *("enigma-panel/THIRD-PARTY-NOTICES.txt", "enigma-panel/*.cdx.json"),
)
"""What the steps leave in dist: one file each."""


class RefusedError(Exception):
    """Why there is no release, for the terminal."""


def main() -> int:
    """Release, or say why not: exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("version", metavar="VERSION", help="as in 0.2.0")
    parser.add_argument("--dry-run", action="store_true", help="leave this repository as it is")
    options = parser.parse_args()
    try:
        release(ROOT, options.version, dry_run=options.dry_run)
    except RefusedError as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    return 0


def release(repo: Path, version: str, *, dry_run: bool) -> None:
    """Make the release `version` of what is committed in `repo`. RefusedError: nothing changed."""
    check_repository(repo, version, dry_run=dry_run)
    clone, tag = repo / "build" / "release", f"v{version}"
    shutil.rmtree(clone, ignore_errors=True)
    git(repo, "clone", "-q", str(repo), str(clone))
    prepare(clone, version)
    git(clone, "commit", "-q", "-a", "-m", f"Release {version}")
    git(clone, "tag", "-a", tag, "-m", f"Enigma Control Panel {version}")
    env = {**os.environ, "SOURCE_DATE_EPOCH": git(clone, "log", "-1", "--format=%ct")}
    for name, command in STEPS.items():
        began = time.monotonic()
        print(f"+ {name}: {command}", flush=True)
        done = subprocess.run(["bash", "-c", command], cwd=clone, env=env, check=False)
        if done.returncode != 0:
            raise RefusedError(f"{name}: exit status {done.returncode}")
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
    hand_out(clone / "dist", repo / "dist" / version)
    if dry_run:
        print(f"{repo / 'dist' / version} is complete; commit and tag are in {clone} alone")
        return
    git(repo, "fetch", "-q", "--no-tags", str(clone), "HEAD")
    git(repo, "merge", "-q", "--ff-only", "FETCH_HEAD")  # refused if there are new commits
    git(repo, "fetch", "-q", str(clone), "tag", tag)
    print(f"{tag} is tagged; what comes next is in packaging/RELEASE.md")


def check_repository(repo: Path, version: str, *, dry_run: bool) -> None:
    """RefusedError where a release could not be right, whatever is built."""
    if git(repo, "status", "--porcelain"):
        raise RefusedError("there are changes that are not committed")
    new = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    old = VERSION_LINE.search((repo / VERSION_FILE).read_text("utf-8"))
    if not new or not old or [*map(int, new.groups())] <= [*map(int, old.groups())]:
        raise RefusedError(f"{version!r} is no X.Y.Z after {old and '.'.join(old.groups())}")
    if git(repo, "tag", "--list", f"v{version}"):
        raise RefusedError(f"v{version} is tagged already")
    if not dry_run and PLACEHOLDER in (repo / "pyproject.toml").read_text("utf-8"):
        raise RefusedError(f"pyproject.toml still names {PLACEHOLDER}")


def prepare(clone: Path, version: str) -> None:
    """Write the version, and give the changelog's Unreleased its number and day."""
    file = clone / VERSION_FILE
    text = VERSION_LINE.sub(f'__version__ = "{version}"', file.read_text("utf-8"))
    file.write_text(text, encoding="utf-8")
    changelog = clone / "CHANGELOG.md"
    before, heading, after = changelog.read_text("utf-8").partition(HEADING)
    lines = after.partition("\n## [")[0].strip().splitlines()
    if not 0 < len(lines) <= MOST_LINES:
        raise RefusedError(f"Unreleased has {len(lines)} lines, not 1 to {MOST_LINES}")
    numbered = f"\n## [{version}] - {dt.datetime.now(dt.UTC).date()}\n"
    changelog.write_text(before + heading + numbered + after, encoding="utf-8")


def hand_out(dist: Path, target: Path) -> None:
    """Copy what people download, with its checksums. RefusedError if a part is missing."""
    found = {pattern: [*dist.glob(pattern)] for pattern in HANDED_OUT}
    for pattern, files in found.items():
        if len(files) != 1 or not files[0].stat().st_size:
            raise RefusedError(f"dist/{pattern}: {len(files)} files, or an empty one")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    copies = sorted(Path(shutil.copy(files[0], target)) for files in found.values())
    sums = [f"{hashlib.sha256(copy.read_bytes()).hexdigest()}  {copy.name}\n" for copy in copies]
    (target / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    print("".join(sums), end="")


def git(folder: Path, *arguments: str) -> str:
    """What git says. RefusedError with its reason if it fails."""
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RefusedError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
