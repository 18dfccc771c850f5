"""What a run hands to the one that takes its place: all of it, once, and by nothing that stays."""

import json
import os
import subprocess
import sys
import threading

import msgspec
import pytest

from enigma_panel.runtime.next_run import (
    MOST_BYTES,
    NOTHING,
    VARIABLE,
    HandedOver,
    hand_over,
    take_over,
)

KEY = "enig_typed-by-hand-0123456789"
WHAT = HandedOver(base_url="https://staging.example", key=KEY)
FOLDER = "/" + "a folder/" * 200

BEFORE = """
import os, sys
from enigma_panel.runtime.next_run import HandedOver, hand_over
hand_over(HandedOver(base_url="https://a.example", key=sys.stdin.read()), os.environ)
os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
"""
AFTER = """
import json, os
from enigma_panel.runtime.next_run import take_over
seen = open("/proc/self/environ").read() + open("/proc/self/cmdline").read()
what = take_over(os.environ)
again = take_over(os.environ)
print(json.dumps([what.base_url, what.key, what.key in seen, again.key]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_arrives_once_and_stands_in_no_environment_and_no_command_line() -> None:
    run = subprocess.run(
        [sys.executable, "-c", BEFORE, AFTER],
        input=KEY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(run.stdout) == ["https://a.example", KEY, False, ""]


def test_no_other_program_inherits_it() -> None:
    environment: dict[str, str] = {}
    hand_over(WHAT, environment)
    assert KEY not in str(environment)
    number = int(environment[VARIABLE])
    assert take_over(environment) == WHAT
    assert environment == {}
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)


def test_nothing_is_handed_over_where_there_is_nothing() -> None:
    environment: dict[str, str] = {}
    hand_over(NOTHING, environment)
    hand_over(HandedOver(key="x" * MOST_BYTES), environment)
    assert environment == {}


@pytest.mark.parametrize("name", ["", "x", "-1", "0", "999999", "9" * 40])
def test_what_is_no_pipe_of_ours_is_nothing(name: str) -> None:
    environment = {VARIABLE: name}
    assert take_over(environment) == NOTHING
    assert environment == {}


def test_a_pipe_whose_writer_is_silent_keeps_nobody_waiting() -> None:
    reads, writes = os.pipe()
    done = threading.Timer(20, os.close, [writes])  # were it waited for, it would end then
    done.start()
    environment = {VARIABLE: str(reads)}
    assert take_over(environment) == NOTHING
    assert done.is_alive()
    done.cancel()
    os.close(writes)


def test_what_an_empty_pipe_takes_arrives_whole() -> None:
    spare = MOST_BYTES - len(msgspec.json.encode(WHAT))
    most = msgspec.structs.replace(WHAT, key=KEY + "x" * spare)
    environment: dict[str, str] = {}
    hand_over(most, environment)
    assert take_over(environment) == most


def test_a_folder_with_a_long_name_takes_no_room_from_the_key() -> None:
    environment: dict[str, str] = {}
    what = msgspec.structs.replace(WHAT, data_dir=FOLDER)
    hand_over(what, environment)
    assert take_over(environment) == what
    assert environment == {}


def test_no_log_shows_the_key() -> None:
    assert KEY not in repr(WHAT)
