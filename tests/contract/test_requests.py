"""Each JSON file in `requests` is a body that a dialect documents, written byte for byte.

A file holds: source (the page that documents it), dialect, call, spec (the fields of a TaskSpec),
text and verb where the call has them, and body.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from enigma_panel.api.wire import requests
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from tests.kit.rows import check_rows

FOLDER = Path(__file__).parent / "requests"
SESSION = "sess-of-the-call"
CALLS = ("start_session", "run_task", "new_task", "guardrail", "state")


def written(case: dict[str, Any]) -> bytes:
    """What the dialect's writer makes of a file's choices."""
    writer = requests.WRITERS[Dialect(case["dialect"])]
    spec = msgspec.convert(case.get("spec", {"text": ""}), TaskSpec)
    match case["call"]:
        case "start_session":
            return writer.start_session(spec, case.get("text", ""))
        case "run_task":
            return writer.run_task(spec)
        case "new_task":
            return writer.new_task(SESSION, spec)
        case "guardrail":
            return writer.guardrail(SESSION, case["text"], AnswerVerb(case["verb"]))
        case _:
            return requests.state(SESSION, CommandVerb(case["verb"]))


def test_every_call_of_every_dialect_is_written_as_its_file_says() -> None:
    def check(name: str) -> None:
        case = json.loads((FOLDER / name).read_text())
        assert written(case) == msgspec.json.encode(case["body"])

    names = {f"{dialect}--{call.replace('_', '-')}.json" for dialect in Dialect for call in CALLS}
    assert {path.name for path in FOLDER.glob("*.json")} >= names
    check_rows([(path.name,) for path in sorted(FOLDER.glob("*.json"))], check)
