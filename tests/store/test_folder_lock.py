"""The lock of a folder."""

import os
import re
from pathlib import Path

import pytest

from enigma_panel.store.folder_lock import FolderLock
from enigma_panel.store.paths import FolderError

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX")


def test_a_lock_that_is_no_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "panel.lock").mkdir()
    with pytest.raises(FolderError, match=re.escape("panel.lock: Is a directory")):
        FolderLock(tmp_path)
