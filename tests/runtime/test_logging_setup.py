"""The log: what is written, who may read it, its newest lines, who is told of an error."""

import logging
import os
import stat
from pathlib import Path

import pytest

from enigma_panel.runtime import logging_setup
from enigma_panel.runtime.logging_setup import newest_lines, reporting_errors
from tests.conftest import LogWatch

LOG = logging.getLogger(logging_setup.ROOT)


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_only_this_user_may_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging_setup, "MAX_BYTES", 200)
    before = os.umask(0)
    try:
        logging_setup.set_up(tmp_path, str)
        for n in range(20):
            LOG.info("line %d, which is long enough to have the file replaced soon", n)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("panel*")}
    assert modes == dict.fromkeys(logging_setup.FILES, 0o600)


def test_what_is_logged_is_redacted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logging_setup.set_up(tmp_path, lambda text: text.replace("zebra", "[redacted]"))
    LOG.info("zebra, as %s", "zebra", exc_info=ValueError("zebra in an error"))
    lines = newest_lines(tmp_path)
    assert "[redacted], as [redacted]" in lines[0]
    assert lines[-1] == "ValueError: [redacted] in an error"
    assert "zebra in" not in "".join(lines)


def test_the_newest_lines_of_a_long_log(tmp_path: Path) -> None:
    (tmp_path / logging_setup.FILES[0]).write_text("".join(f"{n} é\n" for n in range(90_000)))
    assert newest_lines(tmp_path, 2) == ["89998 é", "89999 é"]
    assert len(newest_lines(tmp_path)) == 200


def test_without_a_log_there_are_no_lines(tmp_path: Path) -> None:
    assert newest_lines(tmp_path) == []


def test_of_many_errors_the_first_is_told_and_warnings_are_not(log_watch: LogWatch) -> None:
    log_watch.allow("error")
    told: list[str] = []
    with reporting_errors(lambda: told.append("early")):
        LOG.warning("no error")
    with reporting_errors(lambda: told.append("now")):
        for _ in range(5):
            LOG.error("an error")
    assert told == ["now"]
