"""One counted call: its Pass is accounted for, whatever becomes of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from enigma_panel.api.errors import ApiError, NotConnectedError
from enigma_panel.core.rate_limit import Endpoint
from enigma_panel.services.budget import Pass, RateLimiter
from enigma_panel.services.refusals import FailureKind, classify, reply_of


@contextmanager
def calling(rate_limiter: RateLimiter, endpoint: Endpoint, taken: Pass) -> Iterator[None]:
    """Around the call itself. A 429 teaches the budget, a call never connected costs nothing."""
    with taken:
        taken.sent()
        try:
            yield
        except NotConnectedError:
            taken.give_back()
            raise
        except ApiError as error:
            if classify(error) is FailureKind.LIMITED:
                reply = reply_of(error)
                rate_limiter.note_refused(
                    endpoint, reply.retry_after_s if reply is not None else None
                )
            raise
