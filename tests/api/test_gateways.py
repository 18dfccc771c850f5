"""A reply in place of the service's: whether it proves that the request had no effect."""

from enigma_panel.api.errors import FailureKind, ProtocolError
from enigma_panel.api.wire.error_responses import PROOFS, Proof
from enigma_panel.services.retry_policy import classify
from tests.api.odd import READERS
from tests.kit.gateways import GATEWAYS, OWN, UNCONFIRMED, GatewayReply, error_of
from tests.kit.rows import check_rows

CALLS = ("opened", "run-task", "newTask", "delivered")
"""Those that start, change or answer something; commands and answers are delivered."""
ALL = [(reply,) for reply in GATEWAYS + OWN]


def test_what_a_reply_proves() -> None:
    def check(reply: GatewayReply) -> None:
        for call in CALLS:
            proven = error_of(reply, READERS[call]).nothing_happened
            assert proven is (reply.failure is not UNCONFIRMED), call

    check_rows(ALL, check)


def test_what_a_refusal_says_about_another_try() -> None:
    def check(reply: GatewayReply) -> None:
        failure = classify(error_of(reply))
        assert reply.failure in {UNCONFIRMED, failure}, failure

    check_rows(ALL, check)


def test_no_gateway_can_say_that_no_browser_is_free() -> None:
    def check(reply: GatewayReply) -> None:
        assert classify(error_of(reply)) is not FailureKind.NO_BROWSER

    check_rows([(reply,) for reply in GATEWAYS], check)


def test_who_may_speak_after_the_effect_is_not_taken_for_the_service() -> None:
    def check(reply: GatewayReply) -> None:
        assert isinstance(error_of(reply), ProtocolError)

    check_rows([(r,) for r in GATEWAYS if PROOFS.get(r.status) is Proof.OWN_BODY], check)


def test_each_status_needs_its_proof() -> None:
    own = {status for status, proof in PROOFS.items() if proof is Proof.OWN_BODY}
    assert own == {408, 409, 425, 499, 503}
    assert set(PROOFS) == {*range(400, 500), 503}
    assert own <= {reply.status for reply in GATEWAYS}
    assert own <= {reply.status for reply in OWN if reply.failure is not UNCONFIRMED}
