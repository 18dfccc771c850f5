"""State that a run hands to the one that takes its place: by a pipe, and so by no file.

A key that is kept in memory alone stands in no command line and in no environment, which other
programs that we start would inherit.
"""

import os
from collections.abc import MutableMapping

import msgspec
from msgspec.structs import replace

from enigma_panel.core.secrets.hidden import Hidden, HidingStruct

VARIABLE = "ENIGMA_PANEL_HANDED_OVER"
"""Variable with the end of the pipe to read from."""
FOLDER_VARIABLE = "ENIGMA_PANEL_BACK_TO"
"""Variable with the folder of the account, which is no secret and may be longer than a pipe
takes."""
MOST_BYTES = 512
"""Most bytes that are handed over: POSIX promises that an empty pipe takes them at once and as a
whole."""


class HandedOver(HidingStruct, frozen=True, kw_only=True):
    """State of the run before. base_url: the account's. data_dir: the folder that its command line
    named. key: the one for that address, where it is in memory alone."""

    base_url: str = ""
    data_dir: str = ""
    key: Hidden[str] = ""


NOTHING = HandedOver()


def hand_over(what: HandedOver, environment: MutableMapping[str, str]) -> None:
    """Leave the state for the program that now takes our place in this process. Only POSIX can hand
    over more than the folder."""
    if what.data_dir:
        environment[FOLDER_VARIABLE] = what.data_dir
    what = replace(what, data_dir="")
    data = msgspec.json.encode(what)
    if what == NOTHING or os.name != "posix" or len(data) > MOST_BYTES:
        return
    reads, writes = os.pipe()
    os.write(writes, data)
    os.close(writes)
    os.set_inheritable(reads, True)
    environment[VARIABLE] = str(reads)


def take_over(environment: MutableMapping[str, str]) -> HandedOver:
    """The state that the run before left; taken before anything else is started, which would
    inherit it."""
    data_dir = environment.pop(FOLDER_VARIABLE, "")
    return replace(_read_pipe(environment), data_dir=data_dir)


def _read_pipe(environment: MutableMapping[str, str]) -> HandedOver:
    name = environment.pop(VARIABLE, "")
    if not name.isdecimal() or int(name) <= 2:
        return NOTHING
    try:
        os.set_blocking(int(name), False)  # it may be another's, who writes nothing
        with os.fdopen(int(name), "rb", buffering=0) as pipe:
            return msgspec.json.decode(pipe.read(MOST_BYTES) or b"", type=HandedOver)
    except (OSError, OverflowError, msgspec.DecodeError):
        return NOTHING
