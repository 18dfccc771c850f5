"""Redaction: what it must find, what it must leave, and what it may keep."""

import time

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from enigma_panel.core.secrets import redaction as core_redaction
from enigma_panel.core.secrets.redaction import MARK, Redactor, redact_patterns, redact_shapes


def redaction(*secrets: str) -> Redactor:
    made = Redactor()
    for secret in secrets:
        made.add_secret(secret)
    return made


def id_redaction(*ids: str) -> Redactor:
    made = Redactor()
    for each in ids:
        made.add_id(each)
    return made


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("key enig_demo.", f"key {MARK}."),
        ("enig_Abc-123_x, wr_0123456789", f"{MARK}, {MARK}"),
        ("a wr_ap and a big_enig_x", "a wr_ap and a big_enig_x"),
        ("Authorization: Bearer abc", f"Authorization: {MARK}"),
        ('{"authorization": "Basic dXNlcg=="}', f'{{"authorization": "{MARK}"}}'),
        ("Bearer abc.def1", f"Bearer {MARK}"),
        ("bearer ABCDEFGHIJKLMNOPQRST", f"bearer {MARK}"),
        ("the bearer of news", "the bearer of news"),
        ("see https://74.235.190.31:8889/abc/whep now", f"see {MARK} now"),
        ("74.235.190.31:8889/abc", MARK),
        ("http://[2001:db8::1]:8889/abc", MARK),
        ("https://abc123.webrun.ai/whep", MARK),
        ("https://connect.webrun.ai and https://docs.webrun.ai/x", None),
        ("https://connect.enigma.click/task/s1/t1?x=1", f"https://connect.enigma.click/task/{MARK}?x=1"),
        ("https://connect.webrun.ai/mcp/abcd", f"https://connect.webrun.ai/mcp/{MARK}"),
        ("https://h/x?a=1&apiKey=abc&b=2", f"https://h/x?a=1&apiKey={MARK}&b=2"),
        ("https://h/x?api_key=abc#f", f"https://h/x?api_key={MARK}#f"),
        ("https://h/x?session_\u0131d=abc", f"https://h/x?session_\u0131d={MARK}"),
        ("https://h/x?to\u212aen=abc", f"https://h/x?to\u212aen={MARK}"),
        ("author\u0131zation: abc", f"author\u0131zation: {MARK}"),
        ("https://ann:pw@h/x", f"https://{MARK}@h/x"),
        ("It costs $49.99 at https://example.com/task/list", None),
    ],
)  # fmt: skip
def test_patterns(text: str, clean: str | None) -> None:
    assert redact_patterns(text) == (text if clean is None else clean)
    assert Redactor().redact(text) == redact_patterns(text)


def test_a_sent_secret_is_found_wherever_it_stands() -> None:
    clean = redaction("hunter2", "pässwörd✓").redact("xhunter2x hunter2 pässwörd✓ Hunter2 hunter")
    assert clean == f"x{MARK}x {MARK} {MARK} Hunter2 hunter"


def test_outer_space_does_not_count_and_blanks_are_no_secret() -> None:
    assert redaction(" hunter2\n").redact("(hunter2)") == f"({MARK})"
    assert redaction("", "  ", "\n").redact("a b  c\n") == "a b  c\n"


def test_short_secrets_are_whole_words() -> None:
    made = redaction("42", "no", "ü", "?!")
    assert made.redact("42, 421 a42 _42 42") == f"{MARK}, 421 a42 _42 {MARK}"
    assert made.redact("no none über ü. ünü what?!") == f"{MARK} none über {MARK}. ünü what?!"
    assert made.redact("ä42 42ä 42") == f"ä42 42ä {MARK}"


def test_overlapping_secrets_become_one_mark() -> None:
    assert redaction("abcdef", "defghi", "aaaa").redact("-abcdefghi-aaaaaa-") == f"-{MARK}-{MARK}-"
    assert redaction("horse battery staple", "battery").redact("-horse battery staple-") == (
        f"-{MARK}-"
    )


def test_a_forgotten_secret_is_no_longer_found() -> None:
    made = Redactor()
    first, second = made.add_secret("hunter2"), made.add_secret("hunter2")
    made.forget(first)
    assert made.redact("hunter2") == MARK
    made.forget(second)
    made.forget(second)
    assert made.redact("hunter2") == "hunter2"


def test_what_was_sent_is_told_from_an_id() -> None:
    made = redaction("hunter2", "42")
    made.add_id("k3jd9s8f7g6h"), made.add_id("s7")
    assert made.redact("k3jd9s8f7g6h s7 s77 hunter2 42") == f"{MARK} {MARK} s77 {MARK} {MARK}"
    assert made.redact_sent("http://k3jd9s8f7g6h/s7/hunter2") == f"http://k3jd9s8f7g6h/s7/{MARK}"


def test_an_id_is_forgotten_as_a_secret_is() -> None:
    made = Redactor()
    first, second = made.add_id("k3jd9s8f7g6h"), made.add_secret("k3jd9s8f7g6h")
    made.forget(first)
    assert made.redact("k3jd9s8f7g6h") == MARK
    made.forget(second)
    assert made.redact("k3jd9s8f7g6h") == "k3jd9s8f7g6h"
    assert repr(made) == "<Redactor of 0 secrets>"


def test_many_texts_at_once_are_as_each_alone() -> None:
    made = redaction("hunter2", "two words", "a\nb", "q" + "\x1e" * 9 + "r", "42")
    ends = ["hunt", "er2 two", "words a", "", "b q", "r", "Bearer", "abc.1", "authorization:", "x"]
    for texts in (ends, ends[::-1], ["x hunter2"], [], ["", ""], ["a\x1eb", "hunter2", "4", "2"]):
        assert made.redact_many(texts) == [made.redact(text) for text in texts]
    assert made.redact_many(["a hunter2", "two words", "Bearer\n", "abc.1"]) == [
        f"a {MARK}", MARK, "Bearer\n", "abc.1",
    ]  # fmt: skip


SHAPES = [
    ("password: hunter2hunter2", f"password: {MARK}"),
    ('{"password": "correct horse", "page": 2}', f'{{"password": "{MARK}", "page": 2}}'),
    ("{'password': 'correct horse'}", f"{{'password': '{MARK}'}}"),
    ("the password “correct horse” was wrong", f"the password “{MARK}” was wrong"),
    ("Passphrase: correct horse battery, then Enter", f"Passphrase: {MARK}, then Enter"),
    ("passwort: geheim\nnext line", f"passwort: {MARK}\nnext line"),
    ("https://h/?password=a1b2&page=3 is wrong", f"https://h/?password={MARK}&page=3 is wrong"),
    ("password = hunter2 was wrong", f"password = {MARK}"),
    (f"password: {'x' * 100}", f"password: {MARK}{'x' * 36}"),
    (f'password: "{"word " * 39}"', f'password: "{MARK}"'),
    ("password: one1, password: two2", f"password: {MARK}, password: {MARK}"),
    ("Kennwort: geheim1", f"Kennwort: {MARK}"),
    ("mot de passe : secret1", f"mot de passe : {MARK}"),
    ("Contraseña: secreta", f"Contraseña: {MARK}"),
    ("passcode: 1234ab", f"passcode: {MARK}"),
    ("I need a password", None),
    ("Enter your password and go on", None),
    ("Tr0ub4dor&3, H&M-Dress2024, Fix#1234", None),
    ('{"password_required": true, "price": 5}', None),
    ('{"password": null, "forgot_password": "by mail"}', None),
    ('the word "password" is written, "too"', None),
    ("https://shop.example/item?sku=Abc123&color=red", None),
    ("```python\nx = [1, 2]\n```", None),
]


@pytest.mark.parametrize(("text", "clean"), SHAPES)
def test_what_is_called_a_password_is_hidden_where_nobody_can_know_it(
    text: str, clean: str | None
) -> None:
    assert redact_shapes(text) == (clean or text)
    assert redaction().redact(text) == text


SHAPE_PIECES = st.sampled_from(
    [
        "password",
        "Passwort",
        ": ",
        "=",
        '"',
        "“",
        "”",
        " ",
        "\n",
        ",",
        MARK,
        "Tr0ub4dor&3",
        "word",
        "x",
    ]
)


@given(st.lists(SHAPE_PIECES, max_size=14).map("".join))
def test_to_hide_shapes_twice_does_no_more(text: str) -> None:
    once = redact_shapes(text)
    assert redact_shapes(once) == once


def test_lone_surrogates_pass_through() -> None:
    assert redaction("hunter2").redact("\ud83d hunter2 \udc00") == f"\ud83d {MARK} \udc00"


@pytest.mark.parametrize(
    "unit",
    ["bearer ", "authorization ", "://a:", "1.1.1.", "enig_", "a.webrun.ai", "://x/task/", "?key"],
)  # fmt: skip
def test_no_text_makes_a_pattern_slow(unit: str) -> None:
    began = time.thread_time()
    redact_patterns(unit * (100_000 // len(unit)))
    assert time.thread_time() - began < 2.0


_WORDS = r"""
author author\u0131zation authorization Authorization: = " bearer BEARER Bear bearer: tok3n. basic
enig_ wr_ abcdefgh 0123456789 :8889 1.2.3.4 https:// WSS:// a.WebRun.ai docs.webrun.ai webrun
/task/ /mcp/ h x / ? & key= KEY= api_key= session_\u0131d= session_id= acce\u017fs_token= :// @
to\u212aen= \u212aey= ann:pw@h
"""
PIECES = st.sampled_from(
    [*_WORDS.encode().decode("unicode_escape").split(), " ", "\n", " " * 9, "'", '":"']
)


@given(st.lists(PIECES, max_size=12))
@settings(deadline=None, database=None, max_examples=500)
def test_looking_for_parts_first_hides_no_pattern(pieces: list[str]) -> None:
    text = clean = "".join(pieces)
    for _, pattern, replacement in core_redaction._PATTERNS:
        clean = pattern.sub(replacement, clean)
    assert redact_patterns(text) == clean


@given(st.lists(st.lists(PIECES, max_size=4), max_size=4), st.text(max_size=12))
@settings(deadline=None, database=None)
def test_no_pattern_passes_the_border_of_two_texts(many: list[list[str]], secret: str) -> None:
    texts = ["".join(pieces) for pieces in many]
    made = redaction(secret)
    assert made.redact_many(texts) == [made.redact(text) for text in texts]


def test_values_of_compact_json_are_no_password_of_a_url() -> None:
    text = '{"url":"https://shop.example","mail":"ann@example.org","a":"https://h","b":"c:d@e"}'
    assert redact_patterns(text) == text
    assert redact_patterns("x://ann:pa'ss@host") == f"x://{MARK}@host"


TEXTS = st.text(st.sampled_from("ab1 é✓.\n"), max_size=60)


@given(TEXTS, st.lists(st.text(st.sampled_from("ab1é✓"), min_size=4, max_size=18), max_size=4))
@settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_no_long_secret_survives(text: str, secrets: list[str]) -> None:
    for secret in secrets:
        text = text[: len(text) // 2] + secret + text[len(text) // 2 :]
    clean = redaction(*secrets).redact(text)
    assert id_redaction(*secrets).redact(text) == clean
    assert not any(secret in part for secret in secrets for part in clean.split(MARK))
    if not any(secret in text for secret in secrets):
        assert clean == text
