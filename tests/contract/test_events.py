"""Each JSON file in `events` is an event of the live channel and what it becomes (api.md §6).

A file holds: name, source (as in test_bodies), event (its name on the wire), payload (taken byte
for byte), and expect: the fields of the Observation as in test_bodies, or null where nothing is
told.
"""

from pathlib import Path

import msgspec

from enigma_panel.api.wire.socket_events import read_event
from enigma_panel.api.wire.values import parse
from tests.contract.test_bodies import plain
from tests.kit.rows import check_rows

FOLDER = Path(__file__).parent / "events"
FILES = sorted(FOLDER.glob("*.json"))


class Event(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    source: str
    event: str
    payload: msgspec.Raw
    expect: dict[str, object] | None


def read_event_file(path: Path) -> Event:
    return msgspec.json.decode(path.read_bytes(), type=Event)


def test_every_event_becomes_what_its_file_says() -> None:
    def check(name: str) -> None:
        case = read_event_file(FOLDER / name)
        observation = read_event(case.event, parse(bytes(case.payload)))
        assert (None if observation is None else plain(observation)) == case.expect

    check_rows([(path.name,) for path in FILES], check)


def test_there_are_files_and_their_names_are_unique() -> None:
    cases = [read_event_file(path) for path in FILES]
    names = [(case.event, case.name) for case in cases]
    assert len(names) >= 45
    assert len(set(names)) == len(names)
