"""`python packaging/constraints.py`: the versions that CI installs, for each Python and system.

Writes packaging/constraints.txt anew. With --check it names what the index has newer and changes
nothing; its exit status is 0, also without a connection. Needs the extra `release`.
"""

import argparse
import datetime as dt
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "packaging" / "constraints.txt"
COMMAND = (
    *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--all-extras"),
    *("--universal", "--python-version", "3.11", "--no-header", "--no-annotate", "--quiet"),
)


def main() -> int:
    """Write the file, or compare it with what the index resolves now."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--check", action="store_true", help="only say what is old")
    check = parser.parse_args().check
    found = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        reason = found.stderr.partition("\n")[0]
        print(f"constraints.txt was not compared: {reason}", file=sys.stderr)
        return 0 if check else 1
    if check:
        print(difference(FILE.read_text("utf-8"), found.stdout))
    else:
        today = dt.datetime.now(dt.UTC).date()
        head = f"# Made by packaging/constraints.py on {today}; CI installs these versions.\n"
        FILE.write_text(head + found.stdout, encoding="utf-8")
    return 0


def difference(kept: str, now: str) -> str:
    """What to print: the packages whose version or place differs, or that none does."""
    head, *lines = kept.splitlines()
    old, new = set(lines), set(now.splitlines())
    if old == new:
        return "constraints.txt: nothing newer"
    changes = [f"- {line}" for line in old - new] + [f"+ {line}" for line in new - old]
    changes.sort(key=lambda change: change[2:])
    return "\n".join(["constraints.txt is old; `python packaging/constraints.py`:", head, *changes])


if __name__ == "__main__":
    sys.exit(main())
