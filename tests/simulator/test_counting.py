"""What the tests' entrance counts: every request that came and every reply that went."""

import httpx
import pytest

from tests.simulator.process import Running, running


@pytest.mark.process
def test_requests_are_counted_whatever_became_of_them() -> None:
    with running("--faults", "--speed", "50") as sim:
        sim.faults(
            {"path": "/start/start-session", "kind": "503"},
            {"path": "/start/send-message", "kind": "refuse-before", "action": "state:pause"},
            {"path": "/start/send-message", "kind": "drop-after", "action": "state:terminate"},
        )
        sim.post("/start/start-session", {"mode": "default"})
        session_id = sim.post("/start/start-session", {"mode": "default"}).json()["sessionId"]
        for verb in ("pause", "terminate"):
            drop(
                sim, {"sessionId": session_id, "message": {"actionType": "state", "newState": verb}}
            )
        sim.get("/task/a/b")
        state = sim.get("/_sim/state")
    assert state["arrived"] == {
        "start-session": 2,
        "state:pause": 1,
        "state:terminate": 1,
        "poll": 1,
    }
    assert state["answered"] == {"start-session 503": 1, "start-session 200": 1, "poll 404": 1}
    assert state["applied"]["state:terminate"] == 1
    assert "state:pause" not in state["applied"]


def drop(sim: Running, body: object) -> None:
    """Send what is dropped."""
    with pytest.raises(httpx.TransportError):
        sim.post("/start/send-message", body)
