"""The lock of a folder."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from enigma_panel.store.folder_lock import FolderLock
from enigma_panel.store.paths import FolderError

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX")


@pytest.mark.parametrize("put", [os.mkfifo, os.mkdir])
def test_a_lock_that_is_no_file_is_said(tmp_path: Path, put: Callable[[Path], None]) -> None:
    put(tmp_path / "panel.lock")
    with pytest.raises(FolderError, match=re.escape("panel.lock: not a file")):
        FolderLock(tmp_path)
