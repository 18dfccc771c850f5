"""Numbers, texts, waiting times and excerpts by themselves."""

import time
from decimal import Decimal
from typing import Any

import pytest

from enigma_panel.api.wire import values as v
from enigma_panel.api.wire.error_responses import Answer, retry_after_s
from enigma_panel.api.wire.excerpt import MAX_EXCERPT, make_excerpt, make_scrub
from enigma_panel.api.wire.reply_body import body_of
from enigma_panel.api.wire.responses import report
from enigma_panel.api.wire.values import NotJsonError, parse
from enigma_panel.core.observation import OWN_CODES, Kind


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("5000", 5000),
        ("0", 0),
        ("5000.0", 5000),
        ("5e3", 5000),
        ('"42"', 42),
        ("2.5", None),
        ("-1", None),
        ("1e309", None),
        ("1e999999999", None),
        ("1e16", None),
        ("NaN", None),
        ("false", None),
        ('"many"', None),
    ],
)
def test_counts_are_whole_or_untold(text: str, count: int | None) -> None:
    value = v.whole(parse(text.encode()))
    assert value == count
    assert type(value) is type(count)


def test_huge_exponents_cost_no_time() -> None:
    began = time.thread_time()
    for text in ("1e999999999", "-1e999999999", "1e-999999999", "9" * 4000):
        number = parse(text.encode())
        v.money(number), v.whole(number), v.seconds(number)
    assert time.thread_time() - began < 0.5


@pytest.mark.parametrize("raw", [b"", b"{", b"<html>", b"{} x", b"nul", b"[" * 100_000])
def test_what_is_no_json_says_so(raw: bytes) -> None:
    with pytest.raises(NotJsonError):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "ä"}'.encode("utf-16"), {"a": "ä"}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b'{"a": "x\x01y"}', {"a": "x\x01y"}),
        (b'{"a": 0.10, "b": "\\ud83d"}', {"a": Decimal("0.10"), "b": "\ud83d"}),
    ],
)
def test_the_second_try_saves_what_can_be_read(raw: bytes, value: object) -> None:
    assert parse(raw) == value
    assert str(parse(raw)) == str(value)


def test_short_texts_are_one_clean_line() -> None:
    assert v.short_text(" a\0b\r\nc\x1b[31m\u2028d\ud83d ") == "a b c [31m d\ufffd"
    assert v.short_text("\ufeffpay \u202e00.01 ä") == "pay 00.01 ä"
    assert v.short_text("x " * 300) == ("x " * 249)[:-1] + "…"
    assert [v.short_text(value) for value in ("", " \n", None, {}, 1.5, True)] == [None] * 6
    assert v.short_text(-32603) == "-32603"


def test_long_texts_are_kept_whole_up_to_a_limit() -> None:
    assert v.long_text("a\r\n\tb\rc\0\x1b[1m\x9f\x7f") == "a\n\tb\nc[1m"
    assert v.long_text("cut \ud83d") == "cut \ufffd"
    longest = "x" * v.MAX_TEXT
    assert v.long_text(longest) == longest
    assert v.long_text(longest + "y") == longest[v.LONGEST_RUN :] + v.CUT_MARK
    assert v.long_text("one two three", limit=9) == "one two" + v.CUT_MARK
    assert v.long_text("one two three", limit=3) == v.CUT_MARK
    assert v.long_text(" " * 10, limit=9) == v.CUT_MARK
    assert v.long_text({"a": [Decimal("1.50"), "ä"]}) == '{"a":[1.50,"ä"]}'
    assert v.long_text({"a\ud83d": ["\ud83d", 1]}) == '{"a\ufffd":["\ufffd",1]}'
    assert [v.long_text(value) for value in (1, Decimal("1.50"), True, None)] == [
        "1",
        "1.50",
        "true",
        None,
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"data": {"message": {"rows": ["cut \ud83d"]}}}, '{"rows":["cut \ufffd"]}'),
        ({"data": {"message": 42}}, "42"),
        ({"data": {"message": False}}, "false"),
        ({"data": ["a", "b"]}, '["a","b"]'),
        ({"data": "plain"}, "plain"),
        ({"data": {"answer": "b", "total_tokens": 5, "usage": {"cost": 1}}}, '{"answer":"b"}'),
        ({"result": "plain"}, "plain"),
        ({"data": {"total_tokens": 5, "completion_time": 1}}, None),
        ({"result": {"type": "task_completed", "data": {}}}, None),
        ({"data": {"message": ""}}, ""),
    ],
)
def test_a_paid_result_is_kept_in_whatever_shape_it_comes(body: Any, text: str | None) -> None:
    told = body_of({"success": True, "type": "task_completed", **body})
    assert told is not None
    assert report(told, Kind.COMPLETED).text == text


@pytest.mark.parametrize("depth", [100, 600, 900, 5_000])
def test_half_a_character_in_a_deep_structure_is_no_trouble(depth: int) -> None:
    nested: Any = "deep"
    for _ in range(depth):
        nested = [nested]
    text = v.long_text(["cut \ud83d", nested])
    assert text is None or text.startswith('["cut \ufffd",[')
    assert (text is not None) or depth > 100


@pytest.mark.parametrize("code", sorted({*OWN_CODES, "HTTP_401"}))
def test_a_code_of_the_service_is_not_taken_for_ours(code: str) -> None:
    told = body_of({"success": False, "status": "failed", "error": "no", "code": code.lower()})
    assert told is not None
    assert report(told, Kind.FAILED).code is None


def test_a_short_text_that_is_cut_ends_with_a_whole_word() -> None:
    assert v.short_text("log in with Tr0ub4dor-and-3-more", 20) == "log in with…"


@pytest.mark.parametrize(
    "spoilt", ["", ".", "..", "a b", "a\nb", "x" * 4097, "a\ud83d", None, True]
)
def test_an_id_is_taken_as_it_is_or_not_at_all(spoilt: object) -> None:
    assert v.opaque_id(spoilt) is None
    assert v.opaque_id("sess_Ab-9./?") == "sess_Ab-9./?"
    assert v.opaque_id(12) == "12"


@pytest.mark.parametrize(
    ("value", "is_good"),
    [
        ("https://74.235.190.31:8889/abc", True),
        ("wss://host/x", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("file://host/etc/passwd", False),
        ("javascript://host/%0aalert(1)", False),
        ("https:///x", False),
        ("http://[", False),
        ("https://a\nb", False),
        ("https://h/" + "x" * 3000, False),
        (5, False),
    ],
)
def test_only_web_urls_are_taken(value: object, is_good: bool) -> None:
    assert v.url(value) == (value if is_good else None)


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"retry-after": "30"}, 30.0),
        (429, {"retry-after": "1.5"}, 1.5),
        (503, {"retry-after": "0"}, 0.0),
        (429, {"retry-after": "86400"}, 60.0),
        (429, {"retry-after": "-5"}, None),
        (429, {"retry-after": "1e9"}, None),
        (429, {}, None),
        (429, {"retry-after": "Mon, 01 Jan 2024 00:00:20 GMT"}, None),
    ],
)
def test_waiting_times(status: int, headers: dict[str, str], wait: float | None) -> None:
    assert retry_after_s(Answer(status, headers)) == wait


def test_an_excerpt_is_one_short_line_without_secrets() -> None:
    scrub = make_scrub("enig_secret", "short-id", "User: ann, Password: hunter2")
    body = (
        b"<b>\x00\x1b enig_secret\r\n short-id hunter2 wr_abcdefgh1 Bearer a.b.c1\n"
        b'token=abc&x=1 {"password": "pw"} https://u:p@h/x no 9f86d081884c ' + b"word " * 200
    )
    excerpt = make_excerpt(body, scrub)
    assert len(excerpt) <= MAX_EXCERPT
    assert excerpt.isprintable()
    secrets = ["enig_secret", "short-id", "hunter2", "abcdefgh1", "a.b.c1", "abc&", "pw", "u:p"]
    secrets.append("9f86d081884c")  # of no known form: it may be an id
    assert [secret for secret in secrets if secret in excerpt] == []
    assert "word" in excerpt


def test_an_excerpt_shows_no_half_of_a_secret() -> None:
    # The end of what is looked at falls into the middle of the id.
    body = b"Q" * 1950 + b' "x' + b"s3cr3tIdOfASession" * 4
    assert "s3cr3t" not in make_excerpt(body, make_scrub())
    # A long URL shrinks to a mark, so the end comes into view.
    body = b"https://h/" + b"a" * 1982 + b" s3cr3tIdOfASession"
    assert make_excerpt(body, make_scrub()) == "[redacted]"


def test_what_no_memory_is_left_for_is_no_json(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def decode(self, _body: object) -> object:
            raise MemoryError

    for decoder in ("_DECODER", "_LENIENT"):
        with monkeypatch.context() as patch:
            patch.setattr(v, decoder, Full())
            with pytest.raises(NotJsonError):
                parse(b"\xef\xbb\xbf{}" if decoder == "_LENIENT" else b"{}")
