"""Fingerprints of passwords that were sent to sessions, for the runs that come after this one."""

from collections.abc import Iterable

from msgspec import Struct

from enigma_panel.core.secrets.redaction import Fingerprint
from enigma_panel.store.ledger.database import Database
from enigma_panel.store.ledger.queries import OF_THESE, json_of

_INSERT = "INSERT OR IGNORE INTO sent_secrets VALUES (?, ?, ?, ?, ?)"
_ALL = "SELECT session_key, key_id, length, digest, anchor FROM sent_secrets"
_DROP = f"DELETE FROM sent_secrets WHERE {OF_THESE}"  # noqa: S608 - own words


class SentSecret(Struct, frozen=True, kw_only=True):
    """A password that was sent to a session. key_id: its fingerprint's key, if it has one."""

    session_key: int
    key_id: bytes = b""
    fingerprint: Fingerprint = Fingerprint(0, b"")


def keep(db: Database, secrets: Iterable[SentSecret]) -> None:
    """Write secrets; those that are there already stay."""
    with db.transaction():
        for one in secrets:
            made = one.fingerprint
            values = (one.session_key, one.key_id, made.length, made.digest, made.anchor)
            db.execute(_INSERT, values)


def read(db: Database) -> list[SentSecret]:
    """All secrets. One that no version can have written has no key."""
    return [
        SentSecret(
            session_key=session_key,
            key_id=key_id
            if (len(digest), len(anchor)) == (16, 8) and length >= len(anchor)
            else b"",
            fingerprint=Fingerprint(length, digest, anchor=anchor),
        )
        for session_key, key_id, length, digest, anchor in db.rows(_ALL)
    ]


def drop(db: Database, session_keys: Iterable[int]) -> None:
    """Remove the secrets of those sessions."""
    with db.transaction():
        db.execute(_DROP, (json_of(session_keys),))
