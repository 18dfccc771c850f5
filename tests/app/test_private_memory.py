"""The command keeps its memory to itself: secrets are in it."""

import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="Linux's own means"),
]
CHILD = """
import ctypes, resource, sys
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
from enigma_panel.__main__ import main
sys.argv[1:] = ["--version"]
try:
    main()
except SystemExit:
    pr_get_dumpable = 3
    print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(pr_get_dumpable))
"""


def test_it_leaves_no_core_and_cannot_be_traced() -> None:
    """PR_SET_DUMPABLE of 0 does both; the limit stands where a debugger turned that back."""
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 0"
