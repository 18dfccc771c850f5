"""Amounts of money in an agent's words: what a purchase would cost, where the words leave no doubt.

Where they do there is none: to type an amount costs seconds, to approve a wrong one costs money.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from enigma_panel.core.hidden_marks import has_hidden_marks
from enigma_panel.core.lazy_pattern import lazy_compile

_CODES = "USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|INR|SEK|NOK|DKK|PLN|CZK|BRL|MXN|SGD|HKD|CNY"
_SIGNS = r"[A-Z]{0,2}[$]|[€£¥₹]"
_WORDS = "dollars?|euros?|pounds?|francs?|yen|rupees?"
_SPACE = "[ \u00a0\u202f]"
_GROUPED = rf"[0-9]{{1,3}}(?:[,.'’]?{_SPACE}?[0-9]{{3}})+(?:[.,][0-9]{{1,2}})?"
_AMOUNT = lazy_compile(
    rf"(?:(?P<before>\b(?:{_CODES})|{_SIGNS}){_SPACE}?)?"
    rf"(?<![0-9.,])(?P<number>{_GROUPED}|[0-9]+(?:[.,][0-9]+)?)(?![0-9]|[.,][0-9])"
    rf"(?:{_SPACE}?(?P<after>{_SIGNS}|(?:{_CODES}|{_WORDS})\b))?"
)
_MOST_CHARS = 5_000
"""Nobody reads all of a longer question before clicking."""
_DASHES = ("-", "−", "–", "—")
_DOUBTS = lazy_compile(
    r"\b(?:off|discount|sav(?:e|es|ed|ing|ings)|coupon|voucher|cash ?back|refund|rabatt"
    r"|balance|credit(?! card)|gift ?card|budget|limit|deposit|minimum|tip|fees?|instead of"
    r"|each|per|apiece|times|trial|renews?"
    r"|(?:a|every) (?:day|week|month|year)|(?:dai|week|month|year)ly"
    r"|plus|excluding|excl|shipping|delivery|tax|taxes|vat|thousand|million|billion|cents?)\b"
    r"|\b(?:about|around|approx|approximately|roughly|almost|nearly|at least|at most|up to|under"
    r"|over|from|more than|less than|estimated|circa|ca|etwa|environ)[.]? (?=[^a-z]{0,4}[0-9])"
    r"|[~≈±%×*+]|\b[0-9]+ ?x\b|\bx ?[0-9]|/ ?[a-z]",
    re.IGNORECASE,
)
"""A part, a reduction, somebody's money; of one piece or one month; not all, not exactly."""
_ALL_IN = lazy_compile(
    r"\b(?:incl(?:uding|uded|usive of|[.])|free)"
    r"(?: (?:all|tax|taxes|vat|shipping|delivery|fees|and))+",
    re.IGNORECASE,
)
"""No such doubt: 'including tax and shipping'."""
_ENGLISH = lazy_compile(
    r"[$£¥₹]|USD|GBP|JPY|CAD|AUD|NZD|INR|MXN|SGD|HKD|CNY|dollar|pound|yen|rupee"
)
"""Currencies whose thousands a comma parts; of others it is a point."""


class Amount(Struct, frozen=True):
    """An amount as it is written. value: in that currency."""

    text: str
    currency: str
    value: Decimal


def total_in(question: str) -> Amount | None:
    """The one amount that a question names; None of none, of several, and of a doubtful one."""
    if len(question) > _MOST_CHARS or has_hidden_marks(question):
        return None
    numbers = list(_AMOUNT.finditer(question))
    amounts = [match for match in numbers if _currency(match)]
    prices = [match for match in numbers if re.search("[.,]", match["number"])]
    is_foreign = any(char.isdecimal() and not char.isascii() for char in question)
    if is_foreign or not set(prices) <= set(amounts):
        return None
    if _DOUBTS.search(_ALL_IN.sub("", question)):
        return None
    read = [_read(match, question) for match in amounts]
    said_once = len({(one.value, one.currency) if one else None for one in read}) == 1
    return read[0] if said_once else None


def currency_in(question: str) -> str:
    """The currency of all amounts that a question names, as it stands there; "" of none and of
    several."""
    found = {_currency(match) for match in _AMOUNT.finditer(question)} - {""}
    return found.pop() if len(found) == 1 else ""


def written(number: Decimal, currency: str) -> str:
    """'$49.99', 'EUR 49.99', '49.99 euros'; the number alone where the currency is not known."""
    text = f"{number:f}"
    if re.fullmatch(_WORDS, currency):
        return f"{text} {currency}"
    return f"{currency} {text}" if currency.isalpha() else f"{currency}{text}"


def sum_written(amounts: Sequence[str]) -> str:
    """'$68.40, €20': for each currency the sum of amounts as `total_in` and `written` give them."""
    sums: dict[str, Decimal] = {}
    for amount in amounts:
        found = _AMOUNT.fullmatch(amount)
        value = _value(found["number"], _currency(found)) if found else None
        if found is not None and value is not None:
            sums[_currency(found)] = sums.get(_currency(found), Decimal(0)) + value
    return ", ".join(written(value, currency) for currency, value in sums.items())


def _currency(match: re.Match[str]) -> str:
    return match["before"] or match["after"] or ""


def _read(match: re.Match[str], question: str) -> Amount | None:
    before, behind = question[: match.start()], question[match.end() :]
    is_part = before[-1:].isalnum() or behind[:1].isalnum()
    is_part = is_part or before.endswith(_DASHES) or behind.startswith(_DASHES)
    value = None if is_part else _value(match["number"], _currency(match))
    return Amount(match[0].strip(), _currency(match), value) if value else None


def _value(number: str, currency: str) -> Decimal | None:
    """None where a point or a comma may mean two things: '1.299'."""
    digits = re.sub(rf"['’]|{_SPACE}", "", number)
    marks = re.sub("[0-9]", "", digits)
    if not marks:
        return Decimal(digits)
    last = marks[-1]
    whole, decimals = digits.rsplit(last, 1)
    if len(decimals) < 3 and last not in marks[:-1]:
        return Decimal(f"{re.sub('[.,]', '', whole)}.{decimals}")
    groups = "," if _ENGLISH.search(currency) else "."
    is_grouped = len(decimals) == 3 and set(marks) == {last} and not digits.startswith("0")
    return Decimal(digits.replace(last, "")) if is_grouped and last == groups else None
