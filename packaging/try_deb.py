"""`python packaging/try_deb.py`: package and archive in bare Debians, from install to purge.

They lie in dist. An older package is made of the same bundle, to be upgraded. Exit status 3: this
machine can't make a bare Debian, or there is nothing in dist.
"""

import argparse
import shlex
import shutil
import sys
import tempfile
import time
from pathlib import Path

from build import CANNOT_BUILD, HERE, ROOT, debian, no_suite_here
from deb import make

SUITES = ("bookworm", "trixie", "testing")
OLDER = "0.0.1"


def main() -> int:
    """Try them in each Debian; 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="default: dist")
    parser.add_argument("suites", metavar="SUITE", nargs="*", default=SUITES)
    options = parser.parse_args()
    packages, archives = (list(options.dist.glob(name)) for name in ("*.deb", "*.tar.xz"))
    hindrance = no_suite_here()
    if len(packages) != 1 or len(archives) != 1:
        hindrance = f"{options.dist} has not one package and one archive"
    if hindrance is not None:
        print(f"cannot try the package: {hindrance}", file=sys.stderr)
        return CANNOT_BUILD
    with tempfile.TemporaryDirectory(prefix="enigma-panel-try-") as name:
        work = Path(name) / "work"
        trial = Path(name) / "try"
        for folder in (work, trial):
            folder.mkdir()
        older = make(options.dist / "enigma-panel", work, trial, OLDER)
        older.rename(trial / "older.deb")
        shutil.copy(packages[0], trial / "newer.deb")
        shutil.copy(archives[0], trial / "archive.tar.xz")
        shutil.copy(HERE / "deb" / "try.sh", trial)
        failed = [suite for suite in options.suites if not passes(suite, trial)]
    return 1 if failed else 0


def passes(suite: str, trial: Path) -> bool:
    """Whether all goes well in this Debian."""
    began = time.monotonic()
    hooks = [f"copy-in {shlex.quote(str(trial))} /", f'chroot "$1" bash /try/try.sh {suite}']
    status = debian(suite, ("ca-certificates", "passwd"), hooks)
    print(f"{suite}: {'ok' if status == 0 else 'WRONG'}, {time.monotonic() - began:.0f} s")
    return status == 0


if __name__ == "__main__":
    sys.exit(main())
