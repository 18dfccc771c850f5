"""Prints: what is kept of a secret so that its echo is found, without keeping the secret.

Of each a keyed BLAKE2 digest and its length in UTF-8 bytes, and something that is quick to look
for, since a digest of every place of a text would take a second per megabyte:

* Of a *sent secret* (a password, an answer): its first 8 bytes through a keyed table that leaves
  one bit of each; of a shorter one the first 4, 2 or 1, of which 2, 4 or 8 bits are left. One place
  in 256 or so then deserves a digest, and 8 bits of the secret are told to whoever reads the
  memory, where the key lies, too.
* Of an *id*, which memory holds in clear anyway: blocks of 8 bytes through a keyed permutation. A
  text is then cut into such blocks, and no place of it deserves a digest but an echo; this takes
  the same time for one id as for thousands. An id of 15 bytes or more holds a whole block of the
  text wherever it begins, so one cut is enough; one of 11 bytes needs two, one of 8 bytes eight.
"""

import hashlib
import random
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

MIN_SUBSTRING_BYTES = 4
"""Shorter secrets are matched as whole words only."""

_BLOCK = 8
_BLOCK_CODE = "Q"  # an unsigned integer of 8 bytes
_WIDTHS = (8, 4, 2, 1)

Span = tuple[int, int]
"""Start and end in bytes."""


def encode(text: str) -> bytes:
    """The bytes that prints are about; lone surrogates pass."""
    return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """All that is kept of a secret: an `anchor` of a sent one, `blocks` of an id."""

    length: int
    digest: bytes
    anchor: bytes = b""
    blocks: tuple[int, ...] = ()


class Fingerprinter:
    """Makes prints with one key, 16 to 64 random bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        table = list(range(256))
        random.Random(key).shuffle(table)  # noqa: S311 - a filter, not a cipher
        self.permutation = bytes(table)
        self.classes = {width: bytes(b >> (8 - 8 // width) for b in table) for width in _WIDTHS}

    def digest(self, data: bytes) -> bytes:
        """16 bytes."""
        return hashlib.blake2b(data, key=self._key, digest_size=16).digest()

    def of_secret(self, secret: bytes) -> Fingerprint:
        """The print of a sent secret, which is not empty."""
        width = next(width for width in _WIDTHS if width <= len(secret))
        anchor = secret[:width].translate(self.classes[width])
        return Fingerprint(len(secret), self.digest(secret), anchor=anchor)

    def of_id(self, name: bytes) -> Fingerprint:
        """The print of an id; a short one is treated as a secret."""
        if len(name) < _BLOCK:
            return self.of_secret(name)
        begins = range(_stride(len(name)))
        mixed = name.translate(self.permutation)
        blocks = tuple(array(_BLOCK_CODE, mixed[at : at + _BLOCK])[0] for at in begins)
        return Fingerprint(len(name), self.digest(name), blocks=blocks)


def _stride(length: int) -> int:
    """Of blocks at all multiples of it, at least one lies within any `length` bytes of a text."""
    return next(step for step in (8, 4, 2, 1) if length >= _BLOCK + step - 1)


class Search:
    """Finds the secrets behind some prints. Immutable: may be used in any thread."""

    def __init__(self, press: Fingerprinter, prints: Iterable[Fingerprint]) -> None:
        self._press = press
        known = set(prints)
        self._digests = frozenset(each.digest for each in known)
        self.longest = max((each.length for each in known), default=0)  # in bytes
        self._anchors: dict[tuple[int, int], set[bytes]] = {}  # by length and width
        self._nets: dict[int, _Net] = {}  # by the distance of the text's blocks
        for each in known:
            if each.anchor:
                group = len(each.anchor), each.length
                self._anchors.setdefault(group, set()).add(each.anchor)
            else:
                self._nets.setdefault(len(each.blocks), _Net(len(each.blocks))).add(each)

    def spans(self, data: bytes) -> list[Span]:
        """Where the secrets are in a text, sorted; the spans may overlap."""
        if not self._digests:
            return []
        return sorted({*self._secrets(data), *self._ids(data)})

    def _secrets(self, data: bytes) -> Iterator[Span]:
        mixed = {width: data.translate(self._press.classes[width]) for width, _ in self._anchors}
        for (width, length), anchors in self._anchors.items():
            for at in self._echoes(data, length, _places(mixed[width], anchors)):
                if length >= MIN_SUBSTRING_BYTES or _is_word(data, at, at + length):
                    yield at, at + length

    def _echoes(self, data: bytes, length: int, places: Iterable[int]) -> list[int]:
        digest, digests = self._press.digest, self._digests
        return [at for at in places if digest(data[at : at + length]) in digests]

    def _ids(self, data: bytes) -> Iterator[Span]:
        mixed = data.translate(self._press.permutation) if self._nets else b""
        likely = chain.from_iterable(net.spans(mixed) for net in self._nets.values())
        for start, end in likely:
            if start >= 0 and self._press.digest(data[start:end]) in self._digests:
                yield start, end


def _places(mixed: bytes, anchors: Iterable[bytes]) -> Iterator[int]:
    for anchor in anchors:
        at = mixed.find(anchor)
        while at >= 0:
            yield at
            at = mixed.find(anchor, at + 1)


class _Net:
    """The blocks of ids, each with what it is of: offset in the id and length of the id."""

    def __init__(self, stride: int) -> None:
        self._stride = stride
        self._of_block: dict[int, set[Span]] = {}

    def add(self, each: Fingerprint) -> None:
        for offset, block in enumerate(each.blocks):
            self._of_block.setdefault(block, set()).add((offset, each.length))

    def spans(self, mixed: bytes) -> Iterator[Span]:
        """Where an id may be; a start may be before the text's."""
        for first in range(0, _BLOCK, self._stride):
            end = first + (len(mixed) - first) // _BLOCK * _BLOCK
            blocks = array(_BLOCK_CODE, mixed[first:end])
            if not self._of_block.keys().isdisjoint(blocks):  # seldom, and quick to know
                yield from self._hits(blocks, first)

    def _hits(self, blocks: "array[int]", first: int) -> Iterator[Span]:
        hits = ((place, block) for place, block in enumerate(blocks) if block in self._of_block)
        for place, block in hits:
            begin = first + place * _BLOCK
            yield from ((begin - o, begin - o + length) for o, length in self._of_block[block])


def _is_word(data: bytes, start: int, end: int) -> bool:
    """True where neither neighbour is a letter, digit or underscore."""
    before = data[max(0, start - 4) : start].decode("utf-8", "ignore")[-1:]
    after = data[end : end + 4].decode("utf-8", "ignore")[:1]
    return not any(side.isalnum() or side == "_" for side in (before, after))
