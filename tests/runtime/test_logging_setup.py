"""The log: its newest lines, and who is told of an error."""

import logging
from pathlib import Path

from enigma_panel.runtime import logging_setup
from enigma_panel.runtime.logging_setup import newest_lines, telling_errors
from tests.conftest import LogWatch

LOG = logging.getLogger(logging_setup.ROOT)


def test_the_newest_lines_of_a_long_log(tmp_path: Path) -> None:
    (tmp_path / logging_setup.FILES[0]).write_text("".join(f"{n} é\n" for n in range(90_000)))
    assert newest_lines(tmp_path, 2) == ["89998 é", "89999 é"]
    assert len(newest_lines(tmp_path)) == 200


def test_without_a_log_there_are_no_lines(tmp_path: Path) -> None:
    assert newest_lines(tmp_path) == []


def test_of_many_errors_the_first_is_told_and_warnings_are_not(log_watch: LogWatch) -> None:
    log_watch.allow("error")
    told: list[str] = []
    with telling_errors(lambda: told.append("early")):
        LOG.warning("no error")
    with telling_errors(lambda: told.append("now")):
        for _ in range(5):
            LOG.error("an error")
    assert told == ["now"]
