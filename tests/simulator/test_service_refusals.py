"""What is turned down, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from enigma_panel.simulator.responses import Reply
from tests.simulator.world import RUN, SEND, START, World


def error(message: str, **more: Any) -> dict[str, Any]:
    return {"success": False, "message": message, **more}


@pytest.mark.parametrize(
    ("request_parts", "status", "expected"),
    [
        (("POST", RUN, None, {}), 401,
         error("API key required. Provide Authorization: Bearer <api_key>")),
        (("GET", "/task/a/b", None, None), 401,
         error("API key required. Provide Authorization: Bearer <api_key>")),
        (("POST", START, "enig_other", {}), 401, error("Invalid or revoked API key")),
        (("GET", "/v1/models", "enig_other", None), 401, error("Invalid or revoked API key")),
        (("POST", RUN, "enig_demo", {}), 400, error("taskDetails is required")),
        (("POST", RUN, "enig_demo", {"taskDetails": "  "}), 400, error("taskDetails is required")),
        (("POST", SEND, "enig_demo", {}), 400, error("sessionId and message are required")),
        (("POST", SEND, "enig_demo", {"sessionId": "x"}), 400,
         error("sessionId and message are required")),
        (("POST", SEND, "enig_demo",
          {"sessionId": "x", "message": {"actionType": "state", "newState": "stop"}}), 401,
         error("Session not found or unauthorized")),
        (("GET", "/task/a/b", "enig_demo", None), 404, error("Session not found")),
        (("GET", "/account/usage", "enig_demo", None), 404, error("Not found")),
        (("GET", RUN, "enig_demo", None), 404, error("Not found")),
        (("POST", RUN, "enig_demo", []), 400,
         error("Request body must be a JSON object", code="INVALID_PARAMS")),
    ],
)  # fmt: skip
def test_refusals(request_parts: tuple[str, str, str | None, object], status: int,
                  expected: dict[str, Any]) -> None:  # fmt: skip
    method, path, key, body = request_parts
    reply = World().call(method, path, body, key=key)
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (status, expected)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_bodies_that_are_no_json(raw: bytes) -> None:
    reply = World().post(RUN, None, raw=raw)
    assert reply.status == 400
    assert reply.body["code"] == "INVALID_PARAMS"


@pytest.mark.parametrize("value", [999, 300_001, "5", True, None, float("nan"), -1])
def test_max_duration_out_of_range(value: object) -> None:
    reply = World().post(START, {"maxDuration": value})
    assert reply.status == 400
    details = reply.body.pop("details")
    assert reply.body == {
        "success": False,
        "error": "maxDuration must be between 1000 and 300000",
        "code": "INVALID_PARAMETER",
    }
    assert details.keys() == {"parameter", "value", "min", "max"}
    assert (details["parameter"], details["min"], details["max"]) == ("maxDuration", 1000, 300_000)
