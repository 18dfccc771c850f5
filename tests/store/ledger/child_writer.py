"""A process of its own that records and settles intents and says so, until it is killed.

Arguments: the ledger's path, how many rounds (0 = for ever), when to open it (wall clock, seconds).
Each line that it prints was durable before: "o <key> <number>" for an opened intent, "s <key>" for
a settled one.
"""

import itertools
import sys
import time
from pathlib import Path

from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskSpec
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger


def one_round(ledger: Ledger, now_ms: int) -> None:
    session = Session(
        base_url="http://127.0.0.1:1",
        key_fingerprint="0" * 16,
        site="child.example",
        since_ms=now_ms,
        created_ms=now_ms,
    )
    task = Task(
        session_key=0,
        verb=TaskVerb.NEW_TASK,
        spec=TaskSpec(text="x" * (now_ms % 7_000)),
        since_ms=now_ms,
        created_ms=now_ms,
    )
    intent = ledger.open_intent(IntentKind.START_SESSION, session, task, now_ms)
    print("o", intent.key, intent.session.number, flush=True)
    opened = replace(intent.session, phase=Phase.OPEN, service_id=f"sess_{intent.key}")
    ledger.settle(intent.key, Outcome.KNOWN, now_ms, opened)
    print("s", intent.key, flush=True)


def main() -> None:
    time.sleep(max(0.0, float(sys.argv[3]) - time.time()))
    ledger, _ = Ledger.open(Path(sys.argv[1]))
    rounds = int(sys.argv[2])
    with ledger:
        for n in itertools.count(1):
            one_round(ledger, n * 13)
            if n == rounds:
                return


main()
