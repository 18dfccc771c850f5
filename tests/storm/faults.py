"""Faults of the service and of what stands before it, drawn at random."""

import random
from typing import Any

STARTS = ("/start/start-session", "/start/send-message", "/start/run-task")
POLLS = "/task/*"
AWS = {"message": "Service Unavailable"}
GONE = {"success": False, "message": "Session not found"}
PAGE = "<html><head><title>504 Gateway Time-out</title></head><body>nginx</body></html>"
HTML = {"content-type": "text/html"}
LYING = {"content-encoding": "gzip"}

SLOW = {"path": "/start/start-session", "kind": "delay", "seconds": 0.3, "times": 0}
"""Sessions are opened a moment late, so that kills fall before that, too."""

_OF_STARTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop-after"},
    {"kind": "refuse-before"},
    {"kind": "truncated"},
    {"kind": "notjson"},
    {"kind": "html502"},
    {"kind": "429", "retryAfter": 1},
    {"kind": "503", "times": 4},
    {"kind": "500"},
    {"kind": "after:503", "body": AWS},
    {"kind": "after:504", "body": PAGE, "headers": HTML},
    {"kind": "after:408", "body": PAGE, "headers": HTML},
    {"kind": "status:404", "body": PAGE, "headers": HTML},
    {"kind": "after:200", "body": "OK", "headers": LYING},
)
_OF_POLLS: tuple[dict[str, Any], ...] = (
    {"kind": "status:404", "body": GONE, "times": 1},
    {"kind": "status:401", "body": GONE, "times": 1},
    {"kind": "status:404", "body": PAGE, "headers": HTML, "times": 3},
    {"kind": "status:200", "body": "{}", "headers": LYING, "times": 3},
    {"kind": "html502", "times": 3},
    {"kind": "truncated", "times": 3},
    {"kind": "refuse-before", "times": 2},
    {"kind": "delay", "seconds": 1.0, "times": 2},
)


def draw(rng: random.Random) -> list[dict[str, Any]]:
    starts = [
        {"path": rng.choice(STARTS), **rng.choice(_OF_STARTS)} for _ in range(rng.randrange(3))
    ]
    polls = [{"path": POLLS, **rng.choice(_OF_POLLS)} for _ in range(rng.randrange(3))]
    return [*starts, *polls, SLOW]
